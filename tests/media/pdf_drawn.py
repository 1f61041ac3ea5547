"""Hostile PDFs by name, each made when asked for: `HOSTILE`."""

from collections.abc import Callable
from typing import NamedTuple

from registry.errors import (
    MalformedMedia,
    MediaTooHungry,
    MediaTooLarge,
    MediaTooSlow,
    UnsupportedMedia,
    WorkerDied,
)
from tests.media.drawn import scene
from tests.media.pdf_bombs import (
    calculator,
    claim,
    jbig2_claim,
    jpeg_claim,
    jpx_claim,
    mesh,
    own_colours_and_mask,
    own_function,
    own_letters,
    own_pattern,
    picture_in_tile,
    shadings,
    swelling,
    tiles,
)
from tests.media.pdf_writer import SHEET, Writer, catalogue, locked, motif, placed, stream

_FILL = f"{SHEET} re f\n"


class Hostile(NamedTuple):
    """A file that asks for too much, and which errors may answer it; none if it is to be read."""

    make: Callable[[], bytes]
    errors: tuple[type[Exception], ...]


def page_of(content: str, objects: dict[str, str] | None = None, resources: str = "", entries: str = "") -> bytes:
    """A file of one page."""
    writer = Writer()
    writer.page(content, objects, resources=resources, entries=entries)
    return writer.written()


def swollen(megabytes: int, times: int = 1) -> bytes:
    """A page whose content is spaces, deflated."""
    writer = Writer()
    filters = f"[{'/FlateDecode ' * times}]"
    writer.page([writer.add(stream(swelling(megabytes, ord(" "), times=times), "", filters))])
    return writer.written()


def filter_chain(length: int) -> bytes:
    writer = Writer()
    writer.page([writer.add(stream(b"30203020393020393020726520660a>", "", f"[{'/ASCIIHexDecode ' * length}]"))])
    return writer.written()


def forms(depth: int, breadth: int) -> bytes:
    """Forms that draw forms: breadth to the power of depth in all."""
    writer = Writer()
    inner = writer.form("0 0 1 1 re f")
    for _ in range(depth):
        inner = writer.form("/X Do\n" * breadth, {"X": inner})
    writer.page("/X Do", {"X": inner})
    return writer.written()


def groups(depth: int) -> bytes:
    """Transparency groups within groups, each the size of the page and under a soft mask of its own."""
    writer = Writer()
    inner = writer.form(_FILL)
    for _ in range(depth):
        mask = writer.form(f"0.5 g {_FILL}")
        inner = writer.stream(
            b"/G gs /X Do",
            f"/Type /XObject /Subtype /Form /BBox [{SHEET}] /Group << /S /Transparency /I true >>"
            f" /Resources << /XObject << /X {inner} >> /ExtGState << /G << /SMask << /S /Luminosity /G {mask} >>"
            " /ca 0.5 /BM /Luminosity >> >> >>",
        )
    writer.page("/X Do", {"X": inner})
    return writer.written()


def own_form() -> bytes:
    """A form that draws itself."""
    writer = Writer()
    own = writer.reserve()
    head = f"/Type /XObject /Subtype /Form /BBox [{SHEET}] /Resources << /XObject << /X {own} >> >>"
    writer.fill(own, stream(b"10 10 100 100 re f /X Do", head))
    writer.page("/X Do", {"X": own})
    return writer.written()


def page_tree(kids: str, count: int) -> bytes:
    """A page tree in which `{page}` and `{tree}` stand for a page and for the tree itself."""
    writer = Writer()
    page = writer.page("10 10 100 100 re f")
    return writer.written(kids=f"/Kids [{kids.format(page=page, tree=writer.tree)}] /Count {count}")


def deep_tree(depth: int) -> bytes:
    writer = Writer()
    kid = writer.page("10 10 100 100 re f")
    for _ in range(depth):
        kid = writer.add(f"<< /Type /Pages /Kids [{kid}] /Count 1 >>")
    return writer.written(kids=f"/Kids [{kid}] /Count 1")


def stamps(number: int) -> bytes:
    """A page under so many annotations."""
    writer = Writer()
    look = writer.form(f"1 0 0 rg {_FILL}")
    stamp = writer.add(f"<< /Type /Annot /Subtype /Stamp /Rect [{SHEET}] /F 4 /AP << /N {look} >> >>")
    writer.page("", entries=f"/Annots [{f'{stamp} ' * number}]")
    return writer.written()


def packed_objects(megabytes: int) -> bytes:
    """An object stream that swells to so many megabytes, the catalogue in it."""
    objects = [
        b"<< /Type /Catalog /Pages 3 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >>",
    ]
    starts = [sum(len(one) + 1 for one in objects[:index]) for index in range(3)]
    index = b"".join(b"%d %d " % (number, start) for number, start in enumerate(starts, 2))
    packed = swelling(megabytes, ord(" "), first=index + b" ".join(objects))
    out = b"%PDF-1.7\n"
    row = "{:02x}{:08x}{:04x}".format
    table = [row(0, 0, 65535), row(1, len(out), 0), row(2, 1, 0), row(2, 1, 1), row(2, 1, 2)]
    out += b"1 0 obj\n" + stream(packed, f"/Type /ObjStm /N 3 /First {len(index)}", "/FlateDecode") + b"\nendobj\n"
    table.append(row(1, len(out), 0))
    return _by_stream(out, 5, bytes.fromhex("".join(table)), "/Size 6 /Root 2 0 R", None)


def table_claim(size: int) -> bytes:
    """A cross-reference stream that claims so many objects, and swells to a gigabyte."""
    return _by_stream(b"%PDF-1.7\n", 1, swelling(1024), f"/Size {size} /Index [0 {size}] /Root 2 0 R", "/FlateDecode")


def _by_stream(out: bytes, number: int, table: bytes, entries: str, filters: str | None) -> bytes:
    body = stream(table, f"/Type /XRef /W [1 4 2] {entries}", filters)
    return out + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, body, len(out))


def own_table() -> bytes:
    """A cross-reference table whose previous one is itself."""
    good = catalogue(1)
    start = int(good.rsplit(b"startxref\n", 1)[1].split()[0])
    return good.replace(b"/Root", b"/Prev %d /Root" % start)


def reaching_out(target: str) -> bytes:
    """Streams, a picture, a font and a form that say to be in the file `target`, and actions that launch it."""
    writer = Writer()
    there = f"/F << /Type /Filespec /F ({target}) /UF ({target}) >>"
    head = "/Type /XObject /Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    image = writer.stream(bytes(30_000), f"{head} {there} /FFilter /FlateDecode")
    font = writer.add(
        "<< /Type /Font /Subtype /TrueType /BaseFont /There /FirstChar 65 /LastChar 66 /Widths [600 600]"
        " /FontDescriptor << /Type /FontDescriptor /FontName /There /Flags 32"
        f" /FontFile2 {writer.stream(b'', there)} >> >>"
    )
    form = writer.stream(b"", f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << {there} /Page 0 >>")
    launch = f"<< /S /Launch /F ({target}) /Next << /S /URI /URI (http://127.0.0.1:9/) >> >>"
    script = "<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/'\\); while \\(true\\) {}) >>"
    link = writer.add(f"<< /Type /Annot /Subtype /Link /Rect [{SHEET}] /A {launch} >>")
    writer.page(
        [writer.stream(b"", there), writer.stream(f"/P Do /R Do BT /F 40 Tf (AB) Tj ET {_FILL}".encode())],
        {"P": image, "R": form},
        resources=f"/Font << /F {font} >>",
        entries=f"/Annots [{link}] /AA << /O {launch} >>",
    )
    names = f"/Names << /JavaScript << /Names [(a) {script}] >> >>"
    return writer.written(catalogue=f"/OpenAction {script} /AA << /WC {launch} >> {names}")


def _again(times: int) -> bytes:
    writer = Writer()
    writer.page(placed("P", 0, 0, 500, 700) * times, {"P": writer.picture(scene(1000, 1000))})
    return writer.written()


def _sheet(*sides: float) -> bytes:
    writer = Writer()
    for side in sides:
        writer.page(_FILL, box=(0, 0, side, side))
    return writer.written()


def _cut(quarters: int) -> bytes:
    whole = catalogue(4, motif)
    return whole[: len(whole) * quarters // 4]


_HUNGRY = (MediaTooHungry, WorkerDied)
"""pdfium aborts without a word where it has no memory left."""

_SLOW = (MediaTooSlow,)
_LARGE = (MediaTooLarge,)

HOSTILE: dict[str, Hostile] = {
    "pdf of 5 KB that inflates twice to 3 GB": Hostile(lambda: swollen(3072, 2), _HUNGRY),
    "pdf of 2 MB that inflates to 2 GB": Hostile(lambda: swollen(2048), _HUNGRY),
    "pdf with 1,000 filters on a stream": Hostile(lambda: filter_chain(1000), ()),
    "pdf with 500,000 operators": Hostile(lambda: page_of("0 0 m 600 800 l S\n" * 500_000), _LARGE),
    "pdf that fills its page 300,000 times": Hostile(
        lambda: page_of("0 0 m 600 800 0 800 600 0 c 300 900 100 -50 0 0 c f*\n" * 300_000), _SLOW
    ),
    "pdf with a form drawn 10⁹ times": Hostile(lambda: forms(9, 10), (*_HUNGRY, *_SLOW)),
    "pdf with 3,000 forms within forms": Hostile(lambda: forms(3000, 1), ()),
    "pdf with 300 transparency groups within groups": Hostile(lambda: groups(300), ()),
    "pdf with a form that draws itself": Hostile(own_form, ()),
    "pdf with a pattern filled with itself": Hostile(own_pattern, ()),
    "pdf with letters set in themselves": Hostile(own_letters, ()),
    "pdf with a function of itself": Hostile(own_function, ()),
    "pdf with a picture masked by itself": Hostile(own_colours_and_mask, ()),
    "pdf with a page tree in itself": Hostile(lambda: page_tree("{tree} {tree}", 2), (MalformedMedia,)),
    "pdf with a page tree 100,000 deep": Hostile(lambda: deep_tree(100_000), (MalformedMedia,)),
    "pdf of 10⁵ pages": Hostile(lambda: page_tree("{page} " * 100_000, 100_000), _LARGE),
    "pdf that claims 10⁵ pages": Hostile(lambda: page_tree("{page}", 100_000), _LARGE),
    "pdf that claims 2³¹ pages": Hostile(lambda: page_tree("{page}", 2**31 - 1), ()),
    "pdf without pages": Hostile(lambda: Writer().written(), (MalformedMedia,)),
    "pdf with a million brackets": Hostile(
        lambda: page_of("", entries=f"/Deep {'[' * 1_000_000}{']' * 1_000_000}"), ()
    ),
    "pdf with a picture of 10¹⁰ bits": Hostile(
        lambda: claim(100_000, 100_000, "/BitsPerComponent 1 /ColorSpace /DeviceGray", swelling(1), "/FlateDecode"),
        _LARGE,
    ),
    "pdf with one picture drawn 500 times": Hostile(lambda: _again(500), _LARGE),
    "pdf with a jpeg larger than its picture": Hostile(jpeg_claim, _SLOW),
    "pdf with a jpeg 2000 larger than its picture": Hostile(lambda: jpx_claim(60_000, 100), ()),
    "pdf with a jpeg 2000 of 8,000 by 8,000": Hostile(lambda: jpx_claim(8000, 8000), ()),
    "pdf with a jbig2 of 2³² by 2³²": Hostile(lambda: jbig2_claim(2**32 - 1, 8000), ()),
    "pdf with a fax of 2·10⁹ by 2·10⁹": Hostile(
        lambda: claim(
            100,
            100,
            "/BitsPerComponent 1 /ColorSpace /DeviceGray /DecodeParms << /K -1 /Columns 2000000000 /Rows 2000000000 >>",
            bytes(1000),
            "/CCITTFaxDecode",
        ),
        (),
    ),
    "pdf with a pattern of a step of 0.0001": Hostile(lambda: tiles(0.0001), _SLOW),
    "pdf with a picture of 60,000 by 60,000 in a pattern": Hostile(lambda: picture_in_tile(60_000), ()),
    "pdf with 3,000 shadings": Hostile(lambda: shadings(3000), _SLOW),
    "pdf with a shading of 10,000 operators a pixel": Hostile(lambda: calculator(10_000), _SLOW),
    "pdf with a shading of 700 MB of patches": Hostile(lambda: mesh(700), _HUNGRY),
    "pdf with 500,000 annotations": Hostile(lambda: stamps(500_000), _LARGE),
    "pdf with objects packed to 2 GB": Hostile(lambda: packed_objects(2048), _HUNGRY),
    "pdf with a table that follows itself": Hostile(own_table, ()),
    "pdf with a table of 2³¹ objects": Hostile(lambda: table_claim(2**31 - 1), (MalformedMedia,)),
    "pdf of a page of 10⁹ points": Hostile(lambda: _sheet(1e9), ()),
    "pdf of 200 pages of 14,400 points": Hostile(lambda: _sheet(*[14_400] * 200), ()),
    "pdf that launches a file": Hostile(lambda: reaching_out("/etc/passwd"), ()),
    "pdf that is locked": Hostile(lambda: locked("a password"), (UnsupportedMedia,)),
    "pdf that is junk": Hostile(lambda: b"%PDF-1.7\n" + bytes(range(256)) * 100, (MalformedMedia,)),
    "pdf cut to a quarter": Hostile(lambda: _cut(1), (MalformedMedia,)),
    "pdf cut to a half": Hostile(lambda: _cut(2), (MalformedMedia,)),
    "pdf cut to three quarters": Hostile(lambda: _cut(3), (MalformedMedia,)),
}
