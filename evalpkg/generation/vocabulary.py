"""The vocabulary that an adapter was trained with: its tokenizer, and the rows of its embedding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import adapter_weights as weights
from evalpkg.generation import hub, tokens

OPTION = "--finetuned-template adapter"
TOKENIZER_FILES = (
    *("tokenizer*.json", "*.jinja", "*.model", "vocab.json", "vocab.txt", "merges.txt"),
    *("special_tokens_map.json", "added_tokens.json", "generation_config.json"),
)
"""Patterns of the files that hold an adapter's own tokenizer, templates and end tokens."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer of an adapter's folder, and the embedding that it needs.

    Attributes:
        tokenizer: makes the fine-tuned model's prompts and reads its answers.
        rows: rows of its embedding. The base model's is resized to them.
        ends: end tokens that the adapter's folder names.
    """

    tokenizer: Any
    rows: int
    ends: frozenset[int]

    def probe(self, ids: Iterable[int], base_rows: int) -> list[int]:
        """Return those of ``ids`` that both the base model and this vocabulary have."""
        return [token for token in ids if token < min(self.rows, base_rows)]


@dataclass(frozen=True, slots=True)
class EmbeddingRows:
    """The rows that a base model has, and those that an adapter's files hold.

    Attributes:
        base: rows of the base model's embedding.
        embedding: rows of the whole embedding in the adapter's file; 0 if it is not there.
        head: the same for the output layer.
        others: rows that low-rank matrices of the two are made for.
        tokens: tokens whose embedding alone was trained.
        head_tokens: tokens whose row of the output layer alone was trained.
        head_follows: whether the output layer takes what the file has for the embedding.
    """

    base: int
    embedding: int
    head: int
    others: frozenset[int]
    tokens: frozenset[int]
    head_tokens: frozenset[int]
    head_follows: bool

    @property
    def sizes(self) -> set[int]:
        """Numbers of rows that the file's tensors are made for."""
        return {self.embedding, self.head, *self.others} - {0}

    @property
    def extended(self) -> bool:
        """Tell whether the adapter was trained with an embedding of another size."""
        return bool(self.sizes - {self.base}) or self.has_new_tokens

    @property
    def has_new_tokens(self) -> bool:
        """Tell whether a token was trained that the base model does not have."""
        return max(self.tokens, default=0) >= self.base

    def fitting(self, needed: int, name: str) -> int:
        """Return the rows that the fine-tuned model's embedding must have.

        Args:
            needed: rows that the adapter's tokenizer needs.
            name: the adapter's name, for errors.

        Raises:
            DataError: if tensors contradict each other, or rows are nowhere to be found.
            ConfigError: if the tokenizer has tokens beyond the embedding.
        """
        if len(self.sizes) > 1:
            raise DataError(
                f"the tensors of the adapter {name} are made for embeddings of "
                f"{' and '.join(map(str, sorted(self.sizes)))} tokens",
                "Were files of two checkpoints mixed? Copy the whole folder again.",
            )
        asked = max(self.base, needed, 1 + max(self.tokens, default=0))
        rows = next(iter(self.sizes), asked)
        if needed > rows:
            raise ConfigError(
                f"the tokenizer in {name} has tokens up to number {needed - 1}, and the adapter's "
                f"embedding has {rows} rows",
                "Was the tokenizer saved at another time than the weights? Copy the whole folder.",
            )
        new = frozenset(range(self.base, rows))
        for lost, what in (
            (new - self.tokens if not self.embedding else (), "embeddings"),
            (
                () if self.head or self.head_follows else new - self.head_tokens,
                "rows of the output layer",
            ),
        ):
            if lost:
                raise DataError(
                    f"the adapter {name} has {len(new)} tokens more than the base model's "
                    f"{self.base}, and the {what} of {len(lost)} of them are not in its file",
                    "They would be random numbers. Save the adapter with "
                    "save_pretrained(..., save_embedding_layers=True).",
                )
        return rows


def rows_of(model: Any, tensors: Mapping[str, Any], config: Mapping[str, Any]) -> EmbeddingRows:
    """Compare an adapter's tensors with a base model, or with its layers without weights.

    Args:
        model: the base model.
        tensors: the adapter's tensors by name.
        config: the adapter's config.

    Raises:
        DataError: if the config's trained tokens are no numbers.
    """
    given, head = model.get_input_embeddings(), model.get_output_embeddings()
    names = {id(module): name for name, module in model.named_modules()}
    own = names[id(given)]
    out = names.get(id(head), "") if head is not None else ""
    shapes = [(weights.core(name), tuple(tensor.shape)) for name, tensor in tensors.items()]

    def found(layer: str, part: str, axis: int) -> frozenset[int]:
        wanted = weights.core(f"{layer}.{part}")
        return frozenset(shape[axis] for core, shape in shapes if layer and core == wanted)

    by_layer = _trained_tokens(config, own)
    tied = head is not None and getattr(head, "weight", None) is given.weight
    copied = own.rpartition(".")[2] in (config.get("modules_to_save") or ())
    original = any("original_module" in name for name in tensors)
    embedding, of_head = found(own, "weight", 0), found(out, "weight", 0)
    trained = _of_layer(by_layer, own)
    return EmbeddingRows(
        base=int(given.weight.shape[0]),
        embedding=max(embedding, default=0),
        head=max(of_head, default=0),
        others=embedding
        | of_head
        | found(own, "lora_embedding_A", 1)
        | found(out, "lora_B.weight", 0),
        tokens=trained,
        head_tokens=trained if tied else _of_layer(by_layer, out),
        head_follows=head is None or (tied and bool(embedding) and (original or not copied)),
    )


def _trained_tokens(config: Mapping[str, Any], embedding: str) -> Mapping[str, Sequence[int]]:
    """Return the tokens that the config says were trained, by the names of their layers.

    Raises:
        DataError: if the config does not hold lists of token numbers there.
    """
    indices = config.get("trainable_token_indices") or config.get("token_indices") or ()
    by_layer = indices if isinstance(indices, Mapping) else {embedding: indices}
    for numbers in by_layer.values():
        if not isinstance(numbers, Sequence) or not all(
            type(number) is int and number >= 0 for number in numbers
        ):
            raise DataError(
                f"the adapter's config names the trained tokens {str(numbers)[:40]!r}, which is "
                "no list of token numbers",
                "Copy the adapter_config.json that training wrote.",
            )
    return by_layer


def _of_layer(indices: Mapping[str, Iterable[int]], layer: str) -> frozenset[int]:
    last = layer.rpartition(".")[2]
    return frozenset(
        token
        for name, numbers in indices.items()
        if last and name.rpartition(".")[2] == last
        for token in numbers
    )


def refuse_extended(rows: EmbeddingRows, name: str, base_model: str) -> None:
    """Refuse an adapter with a vocabulary of its own, where both models get the same token ids.

    Raises:
        ConfigError: naming the option with which it works.
    """
    if rows.extended:
        trained = max(rows.sizes - {rows.base}, default=1 + max(rows.tokens, default=0))
        raise ConfigError(
            f"the adapter {name} was trained with a vocabulary of its own: {trained} tokens, where "
            f"{base_model} has {rows.base}",
            f"Both models get the base model's token ids. {OPTION} gives the fine-tuned model the "
            "tokenizer, chat template and embedding of the adapter's folder; the prompts of the "
            "two models then differ.",
        )


def check_own(own: Any, base: Any, probe: str, name: str, *, raw: bool) -> None:
    """Refuse the tokenizer in an adapter's folder if it cannot make the model's prompts.

    Args:
        own: the tokenizer.
        base: the base model's tokenizer; None if it has none.
        probe: a message that the chat template must render.
        name: the adapter's name, for errors.
        raw: True if no chat template is used.

    Raises:
        ConfigError: if there is no chat template where the base model has one, or it renders
            nothing.
    """
    if not raw and not own.chat_template and base is not None and base.chat_template:
        raise ConfigError(
            f"the tokenizer in {name} has no chat template, and the base model's has one",
            "Put the template that it was trained with there, as chat_template.jinja; or "
            "--raw-completion, for bare text; or leave out " + OPTION + ".",
        )
    tokens.prompt_ids(own, probe, raw=raw)


def needed_rows(tokenizer: Any) -> int:
    """Return the rows of an embedding that has one for each of the tokenizer's tokens."""
    return 1 + max(tokenizer.get_vocab().values(), default=0)


def ends_of(files: hub.ModelFiles, tokenizer: Any) -> frozenset[int]:
    """Return the end tokens that an adapter's folder names: its tokenizer's, and its config's."""
    try:
        told = json.loads((files.folder / "generation_config.json").read_text(encoding="utf-8"))
        configured = told.get("eos_token_id")
    except (OSError, ValueError, AttributeError):
        configured = None
    numbers = configured if isinstance(configured, list) else [configured]
    return frozenset(n for n in (*numbers, tokenizer.eos_token_id) if isinstance(n, int))


def kept_ends(ends: Iterable[int], base: Any, own: Any) -> frozenset[int]:
    """Return the base model's end tokens that are the same tokens in the adapter's tokenizer."""
    return frozenset(
        token
        for token in ends
        if base.convert_ids_to_tokens(token) == own.convert_ids_to_tokens(token)
    )


def template_in(files: hub.ModelFiles) -> str:
    """Return the chat template in a folder, without loading the tokenizer; empty for none."""
    try:
        path = files.folder / "chat_template.jinja"
        if path.is_file():
            return path.read_text(encoding="utf-8")
        told = json.loads((files.folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        template = told.get("chat_template")
    except (OSError, ValueError, AttributeError):
        return ""
    return template if isinstance(template, str) else ""
