"""The one style sheet: `$names` are tokens, a rule is chosen by `kind`, `role`, `tone` and `state`."""

from string import Template

SHEET = Template("""
* { outline: 0; }
QToolTip { background: $tip; color: $on_tip; border: 0; padding: 6px 8px; }

QLabel { background: transparent; color: $text; }
QLabel:disabled { color: $text3; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="text3"] { color: $text3; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="dmp"] { color: $dmp; }
QLabel[tone="mss"] { color: $mss; }
QLabel[tone="on_tip"] { color: $on_tip; }
QLabel[role="kbd"] {
  color: $text3; background: $sunken; border: 1px solid $line; border-radius: 4px; padding: 1px 5px; }

QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame[role="pane"], QWidget[role="reader"] { background: $surface; border: 0; }
QFrame[role="bar"] { background: $surface; border: 0; border-bottom: 1px solid $line; }
QFrame[role="sunken"] { background: $sunken; border: 0; border-radius: 8px; }
QFrame[role="overlay"] { background: $surface; border: 1px solid $edge; border-radius: 12px; }
QFrame[role="toast"] { background: $tip; border: 0; border-radius: 8px; }
QFrame[role="rule"] { background: $line; border: 0; max-height: 1px; min-height: 1px; }
QFrame[role="vrule"] { background: $line; border: 0; max-width: 1px; min-width: 1px; }
QFrame[role="strip"] { border: 1px solid $strip_edge; border-radius: 8px; }
QFrame[role="strip"][tone="neutral"] { background: $sunken; }
QFrame[role="strip"][tone="accent"] { background: $accent_soft; }
QFrame[role="strip"][tone="ok"] { background: $ok_soft; }
QFrame[role="strip"][tone="warn"] { background: $warn_soft; }
QFrame[role="strip"][tone="danger"] { background: $danger_soft; }
QFrame[role="choice"] { background: $surface; border: 1px solid $edge; border-radius: 8px; }
QFrame[role="choice"][state="on"] { background: $accent_soft; border: 2px solid $accent; }

QPushButton { min-height: 32px; padding: 0 12px; border: 1px solid $edge; border-radius: 6px;
  background: $surface; color: $text; font-weight: 500; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 2px solid $focus; padding: 0 11px; min-height: 30px; }
QPushButton:disabled { color: $text3; background: $sunken; border-color: $line; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="primary"] {
  background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; padding: 0 16px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; padding: 0 15px; }
QPushButton[kind="primary"]:disabled { background: $sunken; color: $text3; border-color: $line; }
QPushButton[kind="tonal"] {
  background: $accent_soft; border-color: $tonal_edge; color: $accent; font-weight: 600; }
QPushButton[kind="tonal"]:hover { background: $selected; border-color: $selected; }
QPushButton[kind="tonal"]:focus { border: 2px solid $focus; }
QPushButton[kind="tonal"]:disabled { background: $sunken; color: $text3; border-color: $line; }
QPushButton[kind="quiet"] {
  background: transparent; border-color: transparent; color: $text2; padding: 0 8px; }
QPushButton[kind="quiet"]:hover { background: $hover; color: $text; }
QPushButton[kind="quiet"]:pressed { background: $selected; }
QPushButton[kind="quiet"]:focus { border: 2px solid $focus; padding: 0 7px; }
QPushButton[kind="quiet"]:disabled { color: $text3; background: transparent; border-color: transparent; }
QPushButton[kind="link"] {
  background: transparent; border-color: transparent; color: $accent; padding: 0 4px; text-align: left; }
QPushButton[kind="link"]:hover { color: $accent_hover; text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $focus; padding: 0 3px; }
QPushButton[kind="link"]:disabled { color: $text3; background: transparent; }
QPushButton[kind="toast"] {
  background: transparent; border-color: transparent; color: $on_tip; padding: 0 6px;
  text-decoration: underline; }
QPushButton[kind="toast"]:focus { border: 2px solid $on_tip; padding: 0 5px; }
QPushButton[kind="tab"] { background: transparent; border: 0; border-radius: 0;
  border-bottom: 2px solid transparent; color: $text2; padding: 0 6px; min-height: 38px; }
QPushButton[kind="tab"]:hover { color: $text; }
QPushButton[kind="tab"]:checked { color: $text; border-bottom: 2px solid $accent; }
QPushButton[kind="tab"]:focus {
  border: 2px solid $focus; border-radius: 6px; padding: 0 4px; min-height: 36px; }
QPushButton[kind="menu"] {
  background: transparent; border: 0; text-align: left; padding: 0 10px; color: $text2; min-height: 34px; }
QPushButton[kind="menu"]:hover { background: $hover; color: $text; }
QPushButton[kind="menu"]:checked { background: $selected; color: $text; }
QPushButton[kind="menu"]:focus { border: 2px solid $focus; padding: 0 8px; min-height: 30px; }
QPushButton[kind="menu"]:disabled { color: $text3; }
QPushButton[kind="menu"][role="child"] { padding-left: 34px; min-height: 30px; }
QPushButton[kind="menu"][role="child"]:focus { padding-left: 32px; min-height: 26px; }
QPushButton[kind="menu"][role="rail"] { text-align: center; padding: 0; }
QPushButton[kind="segment"] { border-radius: 0; border-color: $edge; border-left-width: 0; padding: 0 10px;
  min-height: 28px; color: $text2; }
QPushButton[kind="segment"][place="first"] { border-left-width: 1px; border-top-left-radius: 6px;
  border-bottom-left-radius: 6px; }
QPushButton[kind="segment"][place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; }
QPushButton[kind="segment"]:checked { background: $selected; color: $text; }
QPushButton[kind="segment"]:focus { border: 2px solid $focus; padding: 0 9px; min-height: 26px; }
QPushButton[role="flush"] { padding: 0 1px; }
QPushButton[role="flush"]:focus { padding: 0; }
QPushButton[role="big"] { min-height: 42px; }
QPushButton[role="big"]:focus { min-height: 40px; }

QLineEdit, QTextEdit[role="field"], QPlainTextEdit, QComboBox, QDateEdit { min-height: 32px; padding: 0 10px;
  border: 1px solid $edge; border-radius: 6px; background: $surface; color: $text;
  selection-background-color: $selected; selection-color: $text; }
QTextEdit[role="field"], QPlainTextEdit { padding: 6px; }
QLineEdit, QTextEdit, QPlainTextEdit { placeholder-text-color: $text3; }
QLineEdit:hover, QTextEdit[role="field"]:hover, QPlainTextEdit:hover, QComboBox:hover {
  border-color: $text2; }
QLineEdit:focus, QComboBox:focus, QDateEdit:focus {
  border: 2px solid $focus; padding: 0 9px; min-height: 30px; }
QTextEdit[role="field"]:focus, QPlainTextEdit:focus { border: 2px solid $focus; padding: 5px; }
QLineEdit[state="error"], QPlainTextEdit[state="error"] { border: 2px solid $danger; }
QLineEdit[state="error"] { padding: 0 9px; min-height: 30px; }
QLineEdit:disabled, QLineEdit:read-only, QComboBox:disabled {
  background: $sunken; border-color: $line; color: $text2; }
QLineEdit[role="search"] { background: $sunken; border-color: $tonal_edge; }
QLineEdit[role="search"]:focus { background: $surface; border: 2px solid $focus; }
QLineEdit[role="big"] { min-height: 42px; }
QLineEdit[role="big"]:focus, QLineEdit[role="big"][state="error"] { min-height: 40px; }
QLineEdit[role="inline"] { border: 0; padding: 0 2px; min-height: 24px; background: transparent; }
QComboBox::drop-down { border: 0; width: 26px; }
QComboBox::down-arrow { image: url("$chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { border: 1px solid $edge; background: $surface; color: $text;
  selection-background-color: $selected; selection-color: $text; }

QCheckBox, QRadioButton { spacing: 8px; color: $text; background: transparent; min-height: 24px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text3; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 16px; height: 16px; border: 1px solid $edge; background: $surface; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QRadioButton::indicator:checked {
  border: 5px solid $accent; width: 8px; height: 8px; background: $on_accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; background: $sunken; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $focus; }

QTableView, QListView, QTreeView { background: $surface; border: 0; color: $text;
  selection-background-color: $selected; selection-color: $text; gridline-color: $line; }
QTableView { border-radius: 9px; }
QListView[role="contents"] { background: transparent; }
QListView[role="popup"] { border: 1px solid $edge; border-radius: 8px; padding: 4px; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: $surface; color: $text3; border: 0; border-bottom: 1px solid $line;
  padding: 0 10px; min-height: 30px; font-weight: 500; }
QHeaderView::section:first { padding-left: 16px; }
QHeaderView::section:last { padding-right: 16px; }
QTextBrowser { background: $surface; border: 0; color: $text; }
QMenu { background: $surface; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 7px 28px 7px 12px; border-radius: 6px; color: $text; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QDialog[role="sheet"] { background: $surface; }

QScrollArea, QScrollArea > QWidget > QWidget[role="scrolled"] { background: transparent; border: 0; }
QScrollBar:vertical { width: 12px; background: transparent; margin: 0; }
QScrollBar::handle:vertical { background: $edge; min-height: 32px; border-radius: 3px; margin: 2px 3px; }
QScrollBar:horizontal { height: 12px; background: transparent; margin: 0; }
QScrollBar::handle:horizontal { background: $edge; min-width: 32px; border-radius: 3px; margin: 3px 2px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  width: 0; height: 0; background: transparent; }
""")
