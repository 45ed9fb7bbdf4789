import pytest
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from evalpkg.errors import ConfigError, DataError
from evalpkg.generation import tokens

BOS, EOS = 256, 257
WITH_BOS = "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
WITHOUT_BOS = WITH_BOS.removeprefix("{{ bos_token }}")


def tokenizer(template, *, adds_bos, bos=True):
    """A byte-level tokenizer, which like Llama's puts BOS in front of any text if asked to."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE({c: i for i, c in enumerate(alphabet)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens(["<s>", "</s>"])
    if adds_bos:
        inner.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", BOS)]
        )
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>" if bos else None, eos_token="</s>"
    )
    made.chat_template = template
    return made


@pytest.mark.parametrize(
    ("template", "adds_bos"),
    [
        (WITH_BOS, True),
        (WITH_BOS, False),
        (WITHOUT_BOS, True),
        ("<s>" + WITH_BOS, True),
        (None, True),
    ],
)
def test_a_prompt_starts_with_exactly_one_bos(template, adds_bos):
    ids = tokens.prompt_ids(tokenizer(template, adds_bos=adds_bos), "fn f() {")
    assert ids[0] == BOS
    assert ids.count(BOS) == 1


def test_the_string_route_would_have_given_two():
    # The fault this guards against: rendering to text, then tokenizing the text.
    made = tokenizer(WITH_BOS, adds_bos=True)
    text = made.apply_chat_template([{"role": "user", "content": "x"}], tokenize=False)
    assert made(text)["input_ids"].count(BOS) == 2


@pytest.mark.parametrize("template", [WITHOUT_BOS, None])
def test_no_bos_is_invented_for_a_tokenizer_that_uses_none(template):
    assert BOS not in tokens.prompt_ids(tokenizer(template, adds_bos=False), "x")
    assert BOS not in tokens.prompt_ids(tokenizer(template, adds_bos=False, bos=False), "x")


def test_the_message_reaches_the_model_whole():
    made = tokenizer(WITH_BOS, adds_bos=True)
    message = "// naïve\nfn f(x: &[i32]) -> i32 {\n"
    assert made.decode(tokens.prompt_ids(made, message)) == f"<s><user>{message}"


def test_prompts_do_not_change_with_the_calendar():
    template = (
        "{% if not date_string is defined %}{% set date_string = strftime_now('%Y') %}{% endif %}"
        "{{ date_string }}{{ messages[0].content }}"
    )
    made = tokenizer(template, adds_bos=False)
    assert made.decode(tokens.prompt_ids(made, "x")) == "26 Jul 2024x"


def test_a_template_that_cannot_render_a_user_message_is_a_clear_error():
    made = tokenizer("{{ raise_exception('system only') }}", adds_bos=False)
    with pytest.raises(ConfigError, match="system only"):
        tokens.prompt_ids(made, "x")


def test_text_is_kept_as_the_model_wrote_it():
    made = tokenizer(None, adds_bos=False)
    text = "let x = a . b ;  // it 's\n\t</s> ?"
    assert tokens.text_of(made, made(text)["input_ids"]) == text


class Configured:
    def __init__(self, eos):
        self.generation_config = transformers.GenerationConfig(eos_token_id=eos)


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ([5, 6, 7], {5, 6, 7}),
        (5, {5}),
        (0, {0}),
        (None, {EOS}),
        ([], {EOS}),
        (-1, {EOS}),
        ([None, 5, -1], {5}),
    ],
)
def test_all_end_tokens_count(configured, expected):
    made = tokenizer(None, adds_bos=False)
    assert tokens.end_ids(Configured(configured), made, "tiny") == expected


@pytest.mark.parametrize("configured", ["2", ["2"], [[2]], 2.0, True, {"a": 2}])
def test_end_tokens_that_are_no_numbers_are_named(configured):
    """A text had been taken for a set of tokens, none of which ever comes."""
    with pytest.raises(DataError, match=r"tiny names the end token .* no token number"):
        tokens.end_ids(Configured(configured), tokenizer(None, adds_bos=False), "tiny")


def test_digests():
    assert tokens.ids_sha256([1, 23]) != tokens.ids_sha256([12, 3])
    assert tokens.chat_template_sha256(tokenizer(None, adds_bos=False)) is None
    first = tokens.chat_template_sha256(tokenizer(WITH_BOS, adds_bos=False))
    assert first != tokens.chat_template_sha256(tokenizer(WITHOUT_BOS, adds_bos=False))


def test_without_a_template_the_message_is_continued():
    made = tokenizer(WITH_BOS, adds_bos=True)
    raw = tokens.prompt_ids(made, "fn f() {", raw=True)
    assert tokens.text_of(made, raw) == "<s>fn f() {"


@pytest.mark.parametrize("stop", ["\n}", "\nfn main", "🦀"])
def test_a_stop_text_is_seen_with_its_last_token_and_not_before(stop):
    made = tokenizer(None, adds_bos=False)
    ids = made(f"let x = 1;{stop} and more")["input_ids"]
    stopped = tokens.StopTexts(made, ["zz", stop])
    first = next(n for n in range(1, len(ids) + 1) if stopped(ids[:n]))
    assert tokens.text_of(made, ids[:first]) == f"let x = 1;{stop}"
