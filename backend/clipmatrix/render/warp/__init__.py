"""What NVIDIA's Warp does in torch's stead, for CUDA and for CPUs: rooms are named like the ones they stand in for.

Import them only where Warp is installed. The kernels are in `fill` (triangles), `locate` (pixels), `blend` (G-buffer),
`taps` and `levels` (textures), `shine` and `absorb` (light, of which `light` knows), `trace` and `measure`
(silhouettes) and `faces` (normals), in Warp's subset of Python; Warp compiles them on first use, which takes seconds,
and keeps them on disk. `launch` starts them on torch's tensors.
"""
