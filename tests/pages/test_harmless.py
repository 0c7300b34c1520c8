"""What a student wrote or shows cannot run, fetch, or hold up anything on the pages that show it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from tlgrader.pages.harmless import IN_ALL, LEFT_OUT, MARKDOWN, Harmless

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTED = {"shot.png": {"image/png": PIXEL}}


def _markdown(text: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    cell = new_markdown_cell(text, attachments=attachments or {})
    Harmless().clean(cell)
    return str(cell.source)


def _page(source: str) -> BeautifulSoup:
    """A Markdown cell as nbgrader's pages render it."""
    page = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=PASTED)).render(source)
    return BeautifulSoup(page, "html.parser")


def _shown(**data: str) -> dict[str, str]:
    kinds = {kind.replace("_", "/"): text for kind, text in data.items()}
    cell = new_code_cell(outputs=[new_output("display_data", data=kinds)])
    Harmless().clean(cell)
    return dict(cell.outputs[0].data)


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScript:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "[x](&#1;javascript:alert(1))",
        "[x]: javascript:alert(1)\n\n[x]",
        "[x](data:text/html;base64,AAAA)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        "![x](https://example.org/pixel.png)",
        "![x](//example.org/pixel.png)",
        "![x](data:image/svg+xml;base64,AAAA)",
        "![x](attachment:lost.png)",
        "> - ![x](https://example.org/pixel.png)",
        "| a |\n|---|\n| [x](javascript:alert(1)) |",
        "\x0b[x](javascript:alert(1))",
        "a\n\u2028[x](javascript:alert(1))",
        "a\r\x0c[x](javascript:alert(1))",
    ],
)
def test_an_address_that_is_none_to_follow_is_shown_as_it_was_written(text: str) -> None:
    page = _page(_markdown(text))
    assert not page.find_all(["a", "img"])
    assert page.get_text().split() == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick=x()>b</b>",
        "<!-- x -->",
        "<iframe>",
    ],
)
def test_html_in_an_answer_is_text(text: str) -> None:
    page = _page(_markdown(f"I wrote {text}"))
    assert [tag.name for tag in page.find_all(True)] == ["p"]
    assert page.get_text().strip() == f"I wrote {text}"


@pytest.mark.parametrize(
    "text",
    [
        "**Frozen** parameters do *not* move, since `requires_grad = False`.",
        "- a < b\n- `a < b`\n\n```python\nif a < b: pass\n```",
        "See [the paper](https://arxiv.org/abs/2106.09685), $\\theta_0 + BA$ & more.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "- [x] done",
        "The token `<pad>` is masked:\n\n```python\nmask = ids != '<pad>'\n```",
        "![a plot](plot.png)",
    ],
)
def test_an_ordinary_answer_stays_as_it_is(text: str) -> None:
    assert _markdown(text) == text


def test_a_diagram_which_pages_pass_on_as_it_is_is_text() -> None:
    page = _page(_markdown("```mermaid\n<img src=x onerror=alert(1)>\n```"))
    assert not page.find_all("img")
    assert "<img src=x" in page.get_text()


def test_a_pasted_picture_is_shown() -> None:
    text = "My curve: ![curve](attachment:shot.png)"
    (picture,) = _page(_markdown(text, PASTED)).find_all("img")
    assert picture["src"] == f"data:image/png;base64,{PIXEL}"


# fmt: off
PIECES = (
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "&lt;", "&#60;", "<", "<!--", "<![CDATA[", "<?", ">",
    "[", "](", ")", "](javascript:alert(1))", "![", "[x]: javascript:alert(1)", "http://a.b/", " onclick=x() ",
    "`", "```", "```mermaid\n", "```html\n", "    ", "- ", "> ", "| ", "|---|\n", "# ", "~~", "**", "$", "$$", ": ",
    "\\begin{a}", "\\end{a}", "\\", "'", '"', "=", "\n", "\n\n", "\t", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\0",
)
# fmt: on


@settings(max_examples=1_000)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_answer_makes_a_handler_or_leads_astray(text: str) -> None:
    for tag in _page(_markdown(text)).find_all(True):
        assert tag.name not in {"script", "svg"}
        assert not any(name.startswith("on") for name in tag.attrs)
        assert not str(tag.get("href", "")).startswith("javascript")
        assert not str(tag.get("src", "")).startswith(("http", "javascript"))


@pytest.mark.parametrize("piece", ["\\begin{a}", "[a](", "> ", "*a", "<div>", "<b>", "x\n: y\n"])
def test_a_long_answer_is_shown_whole_and_not_rendered(piece: str) -> None:
    text = piece * 20_000
    page = _page(_markdown(text))
    assert [tag.name for tag in page.find_all(True)] == ["pre", "code"]
    assert len(page.get_text()) >= len(text) - len(piece)


def test_many_answers_are_rendered_until_it_is_too_much() -> None:
    harmless, cells = Harmless(), [new_markdown_cell("a" * MARKDOWN) for _ in range(40)]
    for cell in cells:
        harmless.clean(cell)
    as_written = [cell.source.startswith("    ") for cell in cells]
    rendered = IN_ALL // MARKDOWN
    assert as_written == [False] * rendered + [True] * (40 - rendered)


def test_a_raw_cell_shows_its_text() -> None:
    cell = new_raw_cell("<script>alert(1)</script>")
    Harmless().clean(cell)
    assert cell.cell_type == "markdown"
    assert _page(cell.source).get_text().strip() == "<script>alert(1)</script>"


def test_a_table_keeps_its_form_and_loses_what_could_run() -> None:
    table = '<table onload="x()"><script>x()</script><tr><th scope="row">loss</th><td>0.1</td></tr></table>'
    shown = _shown(text_html=table)["text/html"]
    assert '<th scope="row">loss</th><td>0.1</td>' in shown
    assert "<script" not in shown
    assert "onload" not in shown


@pytest.mark.parametrize("piece", ["<div>", "<b></p>", "<i><table>", "<div><table></div></table>"])
@pytest.mark.parametrize("times", [500, 100_000])
def test_html_that_is_too_deep_or_too_long_gives_way_to_plain_text(piece: str, times: int) -> None:
    assert _shown(text_html=piece * times, text_plain="a table") == {"text/plain": "a table"}
    assert _shown(text_html=piece * times) == {"text/plain": LEFT_OUT}


def test_of_other_kinds_nothing_is_left() -> None:
    kinds = {"application_javascript": "x()", "image_svg+xml": "<svg onload='x()'/>", "application_json": "1"}
    assert _shown(text_plain="a figure", image_png=PIXEL, **kinds) == {
        "text/plain": "a figure",
        "image/png": PIXEL,
    }


@pytest.mark.parametrize(
    "about",
    [
        {"image/png": {"width": "1 onerror=alert(1)", "filenames": {}, "height": 40}},
        {
            "image/png": {"height": 40, "alt": "x"},
            "filenames": {"image/png": "https://example.org/pixel.png"},
        },
        {"image/png": {"height": 40}, "text/html": 5, "isolated": True},
    ],
)
def test_of_what_is_said_about_an_output_only_sizes_are_left(about: dict[str, object]) -> None:
    cell = new_code_cell(outputs=[new_output("display_data", data={"image/png": PIXEL}, metadata=about)])
    Harmless().clean(cell)
    assert cell.outputs[0].metadata == {"image/png": {"height": 40}}


def test_long_coloured_text_loses_its_colours_and_nothing_else() -> None:
    long = new_output("stream", name="stdout", text="\x1b[31mx" * 200_000)
    short = new_output("error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m", "at line 1"])
    cell = new_code_cell(outputs=[long, short])
    Harmless().clean(cell)
    assert cell.outputs[0].text == "x" * 200_000
    assert cell.outputs[1] == short
