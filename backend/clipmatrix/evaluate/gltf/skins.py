"""What moves a file's meshes: joints of skins, and nodes that carry a rigid mesh.

Rest space here is the bind pose, carried to where the skin's topmost joint stands without animation, in Blender's
axes. In files as we write them that is the rest pose, and every deform matrix is the identity there.
"""

from dataclasses import dataclass, field

import numpy as np
from pygltflib import GLTF2, Node

from ..skeleton import Skeleton
from .container import Container

TO_BLENDER = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
"""glTF is Y up and faces +Z; Blender is Z up and faces -Y."""


@dataclass(frozen=True, eq=False)
class Carried:
    """How a mesh comes into rest space.

    Attributes
    ----------
    into_rest
        (4, 4) from the mesh's own space.
    joints
        (S,) int64, which joint each joint of its skin is; one for a rigid mesh.
    """

    into_rest: np.ndarray
    joints: np.ndarray


@dataclass(eq=False)
class Joints:
    """The joints met so far, in the order in which meshes asked for them."""

    container: Container
    above: np.ndarray
    rest: np.ndarray
    nodes: list[int] = field(default_factory=list)
    from_rest: list[np.ndarray] = field(default_factory=list)
    skinned: list[bool] = field(default_factory=list)

    def hidden(self, node: int) -> bool:
        """Whether the mesh of a node is shrunk to a line or a point, as programs do that hide it."""
        owner: Node = self.container.model.nodes[node]
        stands = node if owner.skin is None else self._top(self.container.model.skins[owner.skin].joints)
        return bool(np.linalg.matrix_rank(self.rest[stands][:3, :3]) < 2)

    def carry(self, node: int) -> Carried:
        """Take up what moves the mesh of a node."""
        owner: Node = self.container.model.nodes[node]
        if owner.skin is None:
            placed = self.rest[node]
            # what is flattened to a plane has no inverse; the pseudoinverse is one for all that lies in the plane
            joint = self._joint(node, np.linalg.pinv(TO_BLENDER @ placed), skinned=False)
            return Carried(TO_BLENDER @ placed, np.array([joint]))
        skin = self.container.model.skins[owner.skin]
        binds = np.tile(np.eye(4), (len(skin.joints), 1, 1))
        if skin.inverseBindMatrices is not None:
            binds = self.container.array(skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1).astype(float)
        top = self._top(skin.joints)
        into_rest = TO_BLENDER @ self.rest[top] @ binds[skin.joints.index(top)]
        back = np.linalg.pinv(into_rest)
        joints = [self._joint(j, bind @ back, skinned=True) for j, bind in zip(skin.joints, binds, strict=False)]
        return Carried(into_rest, np.array(joints))

    def deform(self, placed: np.ndarray) -> np.ndarray:
        """Turn nodes placed in the world (F, N, 4, 4) into deform matrices (F, J, 4, 4) float32."""
        return (TO_BLENDER @ placed[:, self.nodes] @ np.stack(self.from_rest)).astype(np.float32)

    def skeleton(self, model: GLTF2) -> Skeleton:
        """Tell how the joints hang together: each on the nearest joint above it."""
        place = {node: joint for joint, node in enumerate(self.nodes)}
        hung = []
        for node in self.nodes:
            up = int(self.above[node])
            while up >= 0 and up not in place:
                up = int(self.above[up])
            hung.append(place.get(up, -1))
        heads = np.linalg.pinv(np.stack(self.from_rest))[:, :3, 3]
        names = tuple(model.nodes[node].name or f"node {node}" for node in self.nodes)
        return Skeleton(names, np.array(hung), heads, np.array(self.skinned))

    def _top(self, joints: list[int]) -> int:
        """The topmost node of a skin's joints."""
        return next((joint for joint in joints if self.above[joint] not in joints), joints[0])

    def _joint(self, node: int, from_rest: np.ndarray, *, skinned: bool) -> int:
        """Find or add a joint; skins that bind a node in different ways need one each."""
        for joint, known in enumerate(self.nodes):
            if known == node and np.allclose(self.from_rest[joint], from_rest, rtol=1e-4, atol=1e-4):
                return joint
        self.nodes.append(node)
        self.from_rest.append(from_rest)
        self.skinned.append(skinned)
        return len(self.nodes) - 1
