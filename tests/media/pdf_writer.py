"""PDFs written by code: a small writer, and drafts of pages and pictures."""

import hashlib
import zlib
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

from tests.media.drawn import encoded

Entries = Mapping[str, str]

A4 = (595, 842)

SHEET = "0 0 600 800"
"""A box that is larger than the page."""

HELVETICA = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"


class Writer:
    """Collects objects and writes them down; every method that adds one returns its reference, "5 0 R"."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []
        self._pages: list[str] = []
        self.tree = self.reserve()

    def reserve(self) -> str:
        """A reference to an object that `fill` gives its body later."""
        self._objects.append(b"null")
        return f"{len(self._objects)} 0 R"

    def fill(self, reference: str, body: str | bytes) -> None:
        self._objects[int(reference.split()[0]) - 1] = body if isinstance(body, bytes) else body.encode("latin-1")

    def add(self, body: str | bytes) -> str:
        reference = self.reserve()
        self.fill(reference, body)
        return reference

    def stream(self, data: bytes, entries: str = "", *, packed: bool = True) -> str:
        """A stream; `packed` deflates it, and says so."""
        return self.add(stream(zlib.compress(data) if packed else data, entries, "/FlateDecode" if packed else None))

    def picture(self, image: Image.Image, entries: str = "", *, jpeg: bool = False) -> str:
        """An image object; alpha goes into a soft mask."""
        if image.mode == "RGBA":
            entries += f" /SMask {self.picture(image.getchannel('A'))}"
            image = image.convert("RGB")
        space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}[image.mode]
        head = f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /BitsPerComponent 8"
        head += f" /ColorSpace {space} {entries}"
        if jpeg:
            return self.stream(encoded(image, "JPEG", quality=90), f"{head} /Filter /DCTDecode", packed=False)
        return self.stream(image.tobytes(), head)

    def form(self, content: str, objects: Entries | None = None, *, box: tuple[float, ...] = (0, 0, *A4)) -> str:
        """A form XObject."""
        head = f"/Type /XObject /Subtype /Form /BBox [{_numbers(box)}] /Resources << {_objects(objects)} >>"
        return self.stream(content.encode("latin-1"), head)

    def page(
        self,
        content: str | list[str] = "",
        objects: Entries | None = None,
        *,
        box: tuple[float, ...] = (0, 0, *A4),
        resources: str = "",
        entries: str = "",
    ) -> str:
        """A page: what it draws, or references to streams that do, and the XObjects that it draws with, by name."""
        streams = content if isinstance(content, list) else [self.stream(content.encode("latin-1"))]
        page = self.add(
            f"<< /Type /Page /Parent {self.tree} /MediaBox [{_numbers(box)}] /Contents [{' '.join(streams)}]"
            f" /Resources << {_objects(objects)} {resources} >> {entries} >>"
        )
        self._pages.append(page)
        return page

    def written(self, *, catalogue: str = "", trailer: str = "", kids: str | None = None) -> bytes:
        """The file. `kids` stands for the page tree's own entries where they aren't simply its pages."""
        pages = f"/Kids [{' '.join(self._pages)}] /Count {len(self._pages)}" if kids is None else kids
        self.fill(self.tree, f"<< /Type /Pages {pages} >>")
        root = self.add(f"<< /Type /Catalog /Pages {self.tree} {catalogue} >>")
        out, starts = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
        for number, body in enumerate(self._objects, 1):
            starts.append(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(starts) + 1)
        out += b"".join(b"%010d 00000 n \n" % at for at in starts)
        ends = f"trailer\n<< /Size {len(starts) + 1} /Root {root} {trailer} >>\nstartxref\n{start}\n%%EOF\n"
        return bytes(out + ends.encode("latin-1"))


def stream(data: bytes, entries: str = "", filters: str | None = None) -> bytes:
    """A stream's body, its data as they are."""
    name = "" if filters is None else f"/Filter {filters} "
    return f"<< {name}{entries} /Length {len(data)} >>\nstream\n".encode("latin-1") + data + b"\nendstream"


def _numbers(numbers: tuple[float, ...]) -> str:
    return " ".join(f"{number:g}" for number in numbers)


def _objects(objects: Entries | None) -> str:
    return f"/XObject << {' '.join(f'/{name} {reference}' for name, reference in (objects or {}).items())} >>"


def placed(name: str, x: float, y: float, width: float, height: float) -> str:
    """Draws an image object in a rectangle of the page."""
    return f"q {width:g} 0 0 {height:g} {x:g} {y:g} cm /{name} Do Q\n"


def motif(number: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """A picture of plain shapes that is another one for each number, drawn the same at any size."""
    width, height = size
    picture = Image.new("RGB", size, (240, 236, 228))
    pen = ImageDraw.Draw(picture)
    for step in range(1, 10):
        x, y, w, h = ((number * step * prime + step * step * 7) % 61 / 100 for prime in (37, 23, 19, 41))
        colour = tuple((number * step * prime) % 256 for prime in (29, 71, 53))
        box = (x * width, y * height, (x + 0.12 + w / 2) * width, (y + 0.12 + h / 2) * height)
        (pen.ellipse if step % 2 else pen.rectangle)(box, colour)
    return picture


def catalogue(pages: int, pictures: Callable[[int], Image.Image] | None = None, *, jpeg: bool = True) -> bytes:
    """Pages of a heading and shapes of their own, and with a picture, two thirds of the page wide, if given."""
    writer = Writer()
    for number in range(1, pages + 1):
        content, objects = f"BT /F 32 Tf 40 780 Td (Sheet {number}) Tj ET\n", {}
        for step in range(1, 9):
            x, y, w, h = ((number * step * prime + step * step * 7) % 61 / 100 for prime in (37, 23, 19, 41))
            grey = (number * step * 29) % 256 / 255
            content += f"{grey:g} g {595 * x:g} {842 * y:g} {60 + 300 * w:g} {60 + 300 * h:g} re f\n"
        if pictures is not None:
            image = pictures(number)
            objects["P"] = writer.picture(image, jpeg=jpeg)
            content += placed("P", 100, 400, 400, 400 * image.height / image.width)
        writer.page(content, objects, resources=HELVETICA)
    return writer.written()


def set_in(font: str, text: str = "Hamburgefonts", entries: str = "") -> bytes:
    """A line of text in a font that isn't embedded."""
    described = f"/FontDescriptor << /Type /FontDescriptor /FontName /{font} /Flags 32 /StemV 80 /ItalicAngle 0 >>"
    writer = Writer()
    writer.page(
        f"BT /F 60 Tf 40 700 Td ({text}) Tj ET",
        resources=f"/Font << /F << /Type /Font /Subtype /TrueType /BaseFont /{font} {described} {entries} >> >>",
    )
    return writer.written()


def locked(password: str = "") -> bytes:
    """Encrypted by RC4 of 40 bits for that password: the first version, which is the shortest to write."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    user = (password.encode() + padding)[:32]
    owner_key = _md5(user)[:5]
    owner = _rc4(owner_key, user)
    name = bytes(range(16))
    key = _md5(user + owner + (0xFFFFFFFC).to_bytes(4, "little") + name)[:5]
    lock = f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{_rc4(key, padding).hex()}> /P -4 >>"
    writer = Writer()
    content = b"1 0 0 rg 100 100 300 500 re f"
    reference = writer.reserve()
    number = int(reference.split()[0])
    own = _md5(key + number.to_bytes(3, "little") + bytes(2))[:10]
    writer.fill(reference, stream(_rc4(own, content)))
    writer.page([reference])
    return writer.written(trailer=f"/Encrypt {lock} /ID [<{name.hex()}> <{name.hex()}>]")


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
