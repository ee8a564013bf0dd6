from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import SourceUnreadable
from knowledge.ingestion.documents import MAX_BYTES, read_document, slug
from knowledge.ingestion.splitting import MAX_CHARACTERS, sentences, split


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Build cache", "build-cache"),
        ("Don't install unnecessary packages", "dont-install-unnecessary-packages"),
        ("`ADD` or `COPY`", "add-or-copy"),
        ("What's next?", "whats-next"),
        ("Dev/prod parity", "devprod-parity"),
        ("  [Linked](https://example.com) **bold** ", "linked-bold"),
        ("BUILDX_GIT_INFO", "buildx_git_info"),
    ],
)
def test_a_slug_is_lower_case_with_hyphens(heading: str, expected: str) -> None:
    assert slug(heading) == expected


@given(st.text(max_size=200))
def test_a_slug_is_its_own_slug_and_fits_into_a_link(heading: str) -> None:
    made = slug(heading)
    assert slug(made) == made
    assert not set(made) & set(" \t\n#?/")


def test_markdown_is_read_by_headings_outside_of_code() -> None:
    text = b"---\ntitle: A guide\n---\nIntro.\n\n## First\n\n```\n## no heading\n```\n\n### Deep\n\nText.\n"
    document = read_document("a.md", text)
    assert [(part.slug, part.path) for part in document.parts] == [
        ("a-guide", ("A guide",)),
        ("first", ("A guide", "First")),
        ("deep", ("A guide", "First", "Deep")),
    ]
    assert "## no heading" in document.parts[1].text


def test_html_is_read_without_what_surrounds_it_and_with_its_anchors() -> None:
    page = (
        b"<html><head><title>Page</title><script>var hidden = 1</script></head><body><nav>Menu</nav><main>"
        b"<h1>Page</h1><p>Opening.</p><section id='s1'><h2>First part</h2><p>Text one.</p><pre>x = 1\ny = 2</pre>"
        b"</section><h2><a id='two'></a>Second</h2><ul><li>item</li></ul></main><footer>Imprint</footer></body></html>"
    )
    document = read_document("page.html", page)
    text = "\n".join(part.text for part in document.parts)
    assert "hidden" not in text
    assert "Menu" not in text
    assert "Imprint" not in text
    assert "```\nx = 1\ny = 2\n```" in text
    passages = split(document, url="https://example.com/page")
    assert [(passage.citation.section, passage.citation.url) for passage in passages] == [
        ("page", "https://example.com/page#page"),
        ("first-part", "https://example.com/page#s1"),
        ("second", "https://example.com/page#two"),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("text".encode("utf-16"), "UTF-16"),
        (b"a\0b", "binary"),
        (b"\xff\xfe\xfa", "UTF-8"),
        (b"x" * (MAX_BYTES + 1), "limit"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(SourceUnreadable, match=why):
        read_document("a.md", data)


@given(st.text(alphabet=st.sampled_from("ab .\n#`-*|~[](){}<>&;"), min_size=1, max_size=3_000))
def test_any_markdown_is_split_into_passages_of_bounded_size(text: str) -> None:
    try:
        document = read_document("a.md", text.encode())
    except SourceUnreadable:
        return
    passages = split(document)
    assert len({passage.id for passage in passages}) == len(passages)
    assert all(passage.text.strip() for passage in passages)
    assert all(len(passage.text) <= MAX_CHARACTERS for passage in passages)
    for passage in passages:
        assert all(len(sentence.split()) > 3 for sentence in sentences(passage.text))


@given(st.text(alphabet=st.sampled_from("<>/ab \"'=p1h2!-&;"), max_size=500))
def test_any_html_is_read_or_refused(text: str) -> None:
    with suppress(SourceUnreadable):
        assert read_document("a.html", text.encode()).parts
