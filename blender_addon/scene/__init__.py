"""The artist's scene, read into messages and written from them."""
