"""On paper: the patient and the page on every sheet, the light theme always, a PDF as it is."""

from __future__ import annotations

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QPushButton

from demo_lgc.domain.received import DocumentPatient, Enclosed
from demo_lgc.ui.viewer.printing import who_line
from tests.ui.viewer import papers


@pytest.fixture
def printed(tmp_path):
    """Print what a view shows, and give the sheets as words."""

    def build(view):
        path = tmp_path / "printed.pdf"
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(path))
        view.print_on(printer)
        del printer
        return path

    return build


def words(path):
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def pixels(path):
    """The colours of the first sheet."""
    pdf = QPdfDocument()
    pdf.load(str(path))
    sheet = QImage(300, 425, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    painter = QPainter(sheet)
    painter.drawImage(0, 0, pdf.render(0, sheet.size()))
    painter.end()
    pdf.close()
    return [sheet.pixelColor(x, y) for x in range(300) for y in range(425)]


def test_every_sheet_names_the_patient_and_its_page(open_view, printed):
    long = "<h2>Suite</h2>" + "".join(f"<p>Ligne {rank} du compte rendu.</p>" for rank in range(120))
    sheets = words(printed(open_view(papers.a_document(html=papers.STAY + long))))
    assert len(sheets) > 2
    for rank, sheet in enumerate(sheets, 1):
        assert sheet.startswith("CHEMIN Henri, né le 18/08/1948")
        assert f"{rank}/{len(sheets)}" in sheet
    everything = " ".join(sheets)
    for line in ("Ligne 0 du", "Ligne 119 du", "Type de document", "Centre Hospitalier", "METFORMINE"):
        assert line in everything


def test_no_line_is_lost_nor_printed_twice_between_two_sheets(open_view, printed):
    long = "".join(f"<p>Ligne {rank:03} fin.</p>" for rank in range(150))
    everything = " ".join(words(printed(open_view(papers.a_document(html=long)))))
    for rank in range(150):
        assert everything.count(f"Ligne {rank:03} fin.") == 1


def test_abnormal_results_are_words_on_paper(open_view, printed):
    (sheet,) = words(printed(open_view(papers.a_biology())))
    assert "Critique" in sheet
    assert "Haut" in sheet
    assert "second tube" in sheet


def test_paper_is_light_in_every_theme(open_view, printed, look):
    view = open_view()
    try:
        look.apply("dark")
        colours = pixels(printed(view))
    finally:
        look.apply("light")
    light = [colour for colour in colours if colour.lightness() > 200]
    assert len(light) > 0.8 * len(colours)
    assert min(colour.lightness() for colour in colours) < 60, "the words are dark"


def test_the_header_is_printed_when_it_is_shown(open_view, printed, qtbot):
    view = open_view()
    qtbot.mouseClick(view.findChild(QPushButton, "viewer.header"), Qt.MouseButton.LeftButton)
    (sheet,) = words(printed(view))
    assert "1.2.250.1.999.1.1^11" in sheet


def test_a_pdf_prints_its_own_pages(open_view, printed):
    path = printed(open_view(papers.a_scan()))
    assert len(PdfReader(path).pages) == 2
    assert min(colour.lightness() for colour in pixels(path)) < 100


def test_the_pictures_of_a_document_are_printed(open_view, printed):
    enclosed = (Enclosed("image/png", papers.a_picture()),)
    path = printed(open_view(papers.a_document(html='<p><img src="media:0"></p>', enclosed=enclosed)))
    assert any(colour.saturation() > 200 and colour.hue() == 300 for colour in pixels(path))


def test_ctrl_p_and_the_button_ask_for_a_printer(open_view, qtbot):
    view = open_view()
    qtbot.keyClick(view.panes.text, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = view.findChild(QPrintDialog, "viewer.print.dialog")
    assert dialog.isVisible()
    dialog.reject()
    qtbot.mouseClick(view.findChild(QPushButton, "viewer.print"), Qt.MouseButton.LeftButton)
    assert any(each.isVisible() for each in view.findChildren(QPrintDialog))


@pytest.mark.parametrize(
    ("sex", "said"),
    [("M", "DUPONT Lou, né le 2014"), ("F", "DUPONT Lou, née le 2014"), ("", "DUPONT Lou, né(e) le 2014")],
)
def test_the_line_of_the_patient_agrees_with_the_sex(sex, said):
    lou = DocumentPatient(
        birth_name="DUPONT", first_given_name="LOU", sex=sex, birth_date=papers.PartialDate(2014)
    )
    assert who_line(lou) == said


def test_a_patient_without_date_of_birth_is_named_all_the_same():
    assert who_line(DocumentPatient(birth_name="DUPONT")) == "DUPONT"


@pytest.mark.qt_log_ignore("QPainter::begin", "QPdfEngine")
@pytest.mark.parametrize("document", [papers.a_document, papers.a_scan], ids=["text", "pdf"])
def test_a_printer_that_takes_nothing_is_said(open_view, tmp_path, document):
    view = open_view(document())
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "gone" / "printed.pdf"))
    view.print_on(printer)
    assert view.said.text == "Le document n’a pas pu être imprimé."


def test_another_document_come_meanwhile_is_not_printed_in_place_of_the_first(open_view, monkeypatch):
    view = open_view(papers.a_document())
    printed = []
    monkeypatch.setattr(view.panes, "print_on", lambda *_: printed.append(1) or True)
    view.ask_to_print()
    dialog = view.findChild(QPrintDialog, "viewer.print.dialog")
    dialog.accepted.emit(dialog.printer())
    assert printed == [1]
    view.show_document(papers.a_biology())
    dialog.accepted.emit(dialog.printer())
    assert printed == [1]
    assert view.said.text == "Un autre document est affiché\u00a0: rien n’a été imprimé."
