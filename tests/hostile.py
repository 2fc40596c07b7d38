"""What nobody should type, and somebody will: texts that break out of pages, files, addresses and numbers."""

from __future__ import annotations

SCRIPT = "<script>document.title='stolen'</script>"
IMAGE = "\"'><img src=x onerror=document.title='stolen'>"
TEMPLATE = "{{7*7*7}}{% raw %}${7*7*7}"
MARKUP = (SCRIPT, IMAGE, TEMPLATE, "</textarea><b>bold</b>", "<!-- ", "]]>", "&lt;i&gt;", "javascript:alert(1)")
TEXTS = (
    *MARKUP,
    "../../../etc/passwd",
    "..\\..\\windows",
    "nul",
    "a\0b",
    "a\r\nSet-Cookie: stolen=1",
    "line\u2028separator\u2029and\x85next",
    "bell\x07 escape\x1b[31m delete\x7f",
    "\ufeffmark of order",
    "not a character \ufffe \uffff",
    "half \ud800 a pair \udfff",
    "x" * 30_000,
    "word " * 2_000,
    "👩‍👩‍👧 😀 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "\u202eevil\u202c \u2066isolated\u2069",
    "Z̴̡͎a̷l̶g̸o̵" * 20,
    "- a: [b, *c]\n- &d !!python/object:os.system x",
    "#comment",
    "key: value",
    "| block",
    "%YAML 1.1",
    "---\n...",
    "'\"`",
    "null",
    "true",
    "~",
    " ",
    "\t",
    "-1",
    "1e309",
    "9" * 5_000,
    "０１",
    "١٢",
    "2009-02-30",
    "not_yet",
    "none",
    "unknown",
    "dont_know",
)
NOT_CASE_FILES: dict[str, tuple[str, bytes]] = {
    "empty": ("case.yaml", b""),
    "a picture": ("case.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "a zip": ("case.xlsx", b"PK\x03\x04" + bytes(range(256)) * 20),
    "a zip that says it is a case": ("case.yaml", b"PK\x03\x04" + bytes(range(256)) * 20),
    "null bytes": ("case.yaml", b"case: TV-0042\0\n"),
    "UTF-16": ("case.yaml", "case: TV-9\nas_at: 2010-04-19\ncircumstances: {}\nrecord: []\n".encode("utf-16")),
    "Latin-1": ("case.yaml", "case: TV-9\ncomposed: caf\xe9\ncircumstances: {}\nrecord: []\n".encode("latin-1")),
    "nested without end": ("case.yaml", b"case: TV-9\nrecord: " + b"[" * 20_000),
    "nested mappings": ("case.yaml", b"{a: " * 5_000 + b"1" + b"}" * 5_000),
    "aliases of aliases": (
        "case.yaml",
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 110)),
    ),
    "a tag that runs something": ("case.yaml", b"!!python/object/apply:os.system ['touch /tmp/stolen']\n"),
    "two documents": ("case.yaml", b"case: TV-9\n---\ncase: TV-8\n"),
    "not a mapping": ("case.yaml", b"- 1\n"),
    "text": ("notes.txt", b"He came on Monday.\n"),
    "a hostile name": (f"../../{SCRIPT}.yaml", b"case: 1\n"),
    "keys twice": ("case.yaml", b"case: TV-9\ncase: TV-8\ncircumstances: {}\nrecord: []\n"),
    "a name for a reference": ("case.yaml", b"case: JOHN SMITH\ncircumstances: {}\nrecord: []\n"),
    "a reference that leads elsewhere": ("case.yaml", b"case: ../TV-9\ncircumstances: {}\nrecord: []\n"),
}
"""Files that are no case file, by what is wrong with them: name and content."""
