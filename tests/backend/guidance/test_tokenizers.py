"""A folder's model gets the tokenizer that it was trained with, or none."""

import json
import sys
from pathlib import Path

import pytest
import torch
from clipmatrix.guidance import ClipUnavailable, load_tower
from open_clip.model import CLIP
from safetensors.torch import save_file

CPU = torch.device("cpu")
WORDS = {"[PAD]": 0, "[UNK]": 1, "a": 2, "red": 3, "figure": 4}


def folder_with(place: Path, **text: object) -> Path:
    """A model in a folder, its texts read as ``text`` says."""
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "patch_size": 16, "width": 32, "layers": 1, "head_width": 16},
        "text_cfg": {"context_length": 8, "width": 16, "heads": 2, "layers": 1, **text},
    }
    save_file(CLIP(**config).state_dict(), place / "open_clip_model.safetensors")
    described = {"model_cfg": config, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    (place / "open_clip_config.json").write_text(json.dumps(described))
    return place


def refusal(folder: Path) -> ClipUnavailable:
    with pytest.raises(ClipUnavailable) as caught:
        load_tower(f"local-dir:{folder}", CPU)
    return caught.value


def test_without_the_package_that_reads_it_a_named_tokenizer_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    error = refusal(folder_with(tmp_path, vocab_size=32000, hf_tokenizer_name="timm/ViT-B-16-SigLIP"))
    assert "The tokenizer timm/ViT-B-16-SigLIP" in error.message
    assert "`transformers`" in error.remedy


def test_a_model_with_fewer_tokens_than_open_clips_tokenizer_is_refused(tmp_path: Path) -> None:
    error = refusal(folder_with(tmp_path, vocab_size=300))
    assert "has 300 tokens" in error.message
    assert "hf_tokenizer_name" in error.remedy


def test_open_clips_tokenizer_cleans_texts_as_the_folder_says(tmp_path: Path) -> None:
    place = folder_with(tmp_path, vocab_size=49408, tokenizer_kwargs={"clean": "canonicalize"})
    tower = load_tower(f"local-dir:{place}", CPU)
    tokens = tower.tokenize(["a red, figure!", "a red figure"])
    assert tokens.shape == (2, 8)
    assert torch.equal(tokens[0], tokens[1])


def test_a_tokenizer_beside_the_model_is_used_and_runs_no_code_of_the_folders(tmp_path: Path) -> None:
    transformers, tokenizers = pytest.importorskip("transformers"), pytest.importorskip("tokenizers")
    split = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    split.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=split, unk_token="[UNK]", pad_token="[PAD]")
    made.save_pretrained(tmp_path)
    asked = {"vocab_size": len(WORDS), "hf_tokenizer_name": "somebody/else", "tokenizer_kwargs": {}}
    tower = load_tower(f"local-dir:{folder_with(tmp_path, **asked)}", CPU)
    assert tower.tokenize(["a red figure"]).tolist() == [[2, 3, 4, 0, 0, 0, 0, 0]]
    assert tower.encode_text(["a red figure"]).shape == (1, 16)

    told = tmp_path / "tokenizer_config.json"
    own = {"auto_map": {"AutoTokenizer": ["mine.Mine", None]}, "tokenizer_class": "Mine"}
    told.write_text(json.dumps({**json.loads(told.read_text()), **own}))
    (tmp_path / "mine.py").write_text(f"open({str(tmp_path / 'trace')!r}, 'w')\n")
    asked["tokenizer_kwargs"] = {"trust_remote_code": True}
    assert "The tokenizer somebody/else" in refusal(folder_with(tmp_path, **asked)).message
    assert not (tmp_path / "trace").exists()

    told.unlink()
    (tmp_path / "tokenizer.json").write_text("{}")
    assert "The tokenizer somebody/else" in refusal(folder_with(tmp_path, **asked)).message
