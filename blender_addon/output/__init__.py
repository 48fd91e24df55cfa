"""What leaves Blender: files and pictures."""
