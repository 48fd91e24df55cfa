"""What the optimiser bends: edges, preconditioned offsets, locked and mirrored points, repair and untangling."""
