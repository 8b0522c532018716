#!/usr/bin/env python3
"""The public check page opens in a real browser over TLS, alone, by keyboard, at every size.

    smoke_test.py BUILD [unittest options]
"""
from browser import PageTest, main


class Smoke(PageTest):
    def test_the_check_page_opens_and_fits_every_screen(self):
        self.open("/")
        self.find("heading")
        self.look("check", english=False)
        self.axe(english=False)

    def test_it_is_reached_by_keyboard_alone(self):
        self.open("/")
        self.find("heading")
        self.key("Tab")
        self.assertNotEqual(self.focused().tag_name, "body")


if __name__ == "__main__":
    main("smoke")
