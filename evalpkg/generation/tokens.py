"""Turns messages into token ids and back, with the chat template. No other module does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from evalpkg.errors import ConfigError, DataError

_DATE = "26 Jul 2024"
"""Llama 3's templates print a date. Without this one, some print today's, and prompts would change.
"""


def prompt_ids(tokenizer: Any, message: str, *, raw: bool = False) -> list[int]:
    """Return the token ids of a conversation with one user message, ready for the answer.

    The template and its special tokens are tokenised together, so that no special token is parsed
    twice. The result starts with exactly one BOS token if the tokenizer or its template uses one. A
    tokenizer without a chat template gets the bare message, and so does every model if ``raw``.

    Raises:
        ConfigError: if the template cannot render one user message.
    """
    if tokenizer.chat_template and not raw:
        try:
            encoded = tokenizer.apply_chat_template(
                [{"role": "user", "content": message}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                date_string=_DATE,
            )
        except Exception as error:
            raise ConfigError(
                f"the model's chat template cannot render a user message: {error}",
                "Use an instruct model, or repair its tokenizer_config.json.",
            ) from error
        ids = list(encoded["input_ids"])
    else:
        ids = list(tokenizer(message, add_special_tokens=False)["input_ids"])
    return _with_one_bos(tokenizer, ids)


def _with_one_bos(tokenizer: Any, ids: list[int]) -> list[int]:
    bos = tokenizer.bos_token_id
    if bos is None:
        return ids
    start = 0
    while start < len(ids) and ids[start] == bos:
        start += 1
    adds_bos = tokenizer("a")["input_ids"][:1] == [bos]
    return [bos, *ids[start:]] if start or adds_bos else ids


def end_ids(model: Any, tokenizer: Any, name: str) -> frozenset[int]:
    """Return every token that ends an answer: the generation config's, else the tokenizer's.

    Raises:
        DataError: as ``configured_ends`` says.
    """
    configured = configured_ends(model, name)
    if configured or tokenizer.eos_token_id is None:
        return configured
    return frozenset([tokenizer.eos_token_id])


def configured_ends(model: Any, name: str) -> frozenset[int]:
    """Return the end tokens in a model's generation config. Some configs write -1 for none.

    Raises:
        DataError: if the config of the model called ``name`` holds something else than numbers.
    """
    told = model.generation_config.eos_token_id
    ends = [one for one in (told if isinstance(told, list) else [told]) if one is not None]
    if odd := [one for one in ends if type(one) is not int]:
        raise DataError(
            f"{name} names the end token {odd[0]!r}, which is no token number",
            "Repair eos_token_id in its generation_config.json or config.json.",
        )
    return frozenset(one for one in ends if one >= 0)


def require_rows(ids: Sequence[int], rows: int, what: str) -> None:
    """Refuse a prompt with a token that a model does not have.

    Args:
        ids: the prompt's token ids.
        rows: rows of the model's embedding.
        what: the prompt in words, for errors.

    Raises:
        ConfigError: if a token is beyond the embedding.
    """
    if max(ids, default=0) >= rows:
        raise ConfigError(
            f"{what} has the token {max(ids)}, and the model's embedding has {rows} rows",
            "The tokenizer belongs to another model, or tokens were added to it later. Give each "
            "model the tokenizer that it was trained with.",
        )


def text_of(tokenizer: Any, ids: Sequence[int]) -> str:
    """Return the text of generated ids.

    No token is skipped and no space is tidied, because either would change code.
    """
    decoded: str = tokenizer.decode(
        list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    return decoded


class StopTexts:
    """Tells whether generated ids end with a stop text, by decoding their last tokens.

    Args:
        tokenizer: decodes the ids.
        texts: the stop texts; none is empty.
    """

    def __init__(self, tokenizer: Any, texts: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self._texts = texts
        # A token has at least one byte. Eight more tokens, because decoding can change the first.
        self._tail = max(len(text.encode()) for text in texts) + 8

    def __call__(self, ids: Sequence[int]) -> bool:
        """Tell whether a stop text is in the last tokens of ``ids``."""
        tail = text_of(self._tokenizer, ids[-self._tail :])
        return any(text in tail for text in self._texts)


def ids_sha256(ids: Sequence[int]) -> str:
    """Return the sha256 of token ids, written in decimal and joined by commas."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()


def chat_template_sha256(tokenizer: Any) -> str | None:
    """Return the sha256 of the chat template, or None if there is none."""
    if not tokenizer.chat_template:
        return None
    return hashlib.sha256(tokenizer.get_chat_template().encode()).hexdigest()
