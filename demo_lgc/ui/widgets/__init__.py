"""The pieces every page is made of: arrangements, words, buttons, chips, strips, cards, fields, tables."""
