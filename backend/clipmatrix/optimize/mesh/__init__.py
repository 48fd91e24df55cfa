"""What the optimiser bends: edges and their strain, preconditioned offsets, locks and mirrors, repair, untangling."""
