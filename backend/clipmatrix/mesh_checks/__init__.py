"""What may be wrong with a mesh: triangles that turned over or collapsed, surfaces that run into themselves."""
