"""What travels between the ClipMatrix extension and its backend, and how."""
