"""Turns messages into token ids and back, with the chat template. No other module does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from evalpkg.errors import ConfigError

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


def end_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    """Return every token that ends an answer: the generation config's, else the tokenizer's."""
    configured = model.generation_config.eos_token_id
    if configured is None:
        configured = tokenizer.eos_token_id
    if configured is None:
        return frozenset()
    return frozenset([configured] if isinstance(configured, int) else configured)


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
