"""What the optimiser paints: layout of textures, levels from coarse to fine, normal maps, mirrored paint, seams."""
