#!/usr/bin/env python3
"""Signing and signing in with the real antin-agent, SoftHSM as the officer's token behind a module that fails on
demand, and a pinentry that plays the person: in a real browser, against a whole office. S-10, S-11, S-13, S-14, S-25.

    signing_test.py BUILD [unittest options]

ANTIN_BATCH=40 (./test --interop, part batch) signs forty in the batch instead of eight.
"""
import os
import pathlib
import re
import sys
import unittest
import urllib.parse

from browser import PATIENCE, PageTest, main
from desk import AtQueues

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import agent_test  # noqa: E402
from world import free_port  # noqa: E402

OFFICER = "nguyen.van.anh"
SIGN_IN = "Đăng nhập bằng chứng thư số"


class WithAgent(AtQueues, PageTest):
    """Each test has an agent of its own, in a folder of its own."""
    made = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent_test.world = cls.world

    def setUp(self):
        super().setUp()
        # Where no agent listens (yet), and where the browser was not let.
        self.expect_silence(r"127\.0\.0\.1:\d+/antin-agent/")

    def agent(self, port=0, paired=True):
        WithAgent.made += 1
        more = f'ca_file = "{self.world.folder}/tls.crt"\n'
        agent = agent_test.Agent(f"page-agent-{WithAgent.made}", [self.base] if paired else [], seconds=2 * PATIENCE, port=port, more=more)
        return agent

    def started(self, agent):
        agent.__enter__()
        self.addCleanup(agent.__exit__)
        return agent

    def met(self, port):
        """This browser has met the agent before, at this port."""
        self.script("localStorage.setItem('antin.agent.port', String(arguments[0]))", port)

    def pin(self):
        return (self.world.token / "officer.pin").read_text().strip()

    def marked(self, count, agent):
        cases = [self.desk.attested() for _ in range(count)]
        self.sign_in(OFFICER)
        self.open("/app/#/queue")
        self.wait_for(lambda: {c["id"] for c in cases} <= set(self.rows()))
        self.met(agent.port if hasattr(agent, "port") else agent)
        for case in cases:
            self.driver.execute_script("document.querySelector(`tr[data-id='${arguments[0]}'] input`).click()", case["id"])
        self.expect_problem(404, 409)
        self.open("/app/#/queue/sign")
        return cases

    def sign(self, count):
        """Having said of those that were not opened that they are signed all the same."""
        self.press("checkbox", re.compile("nhận trách nhiệm"))
        self.press("button", f"Ký {count} hồ sơ, nhập mã PIN một lần")
        self.press("button", "Vẫn ký tất cả")

    def states(self, cases):
        return [self.desk.now(case)["state"] for case in cases]

    def ready(self):
        """The device is there, and of its certificates the officer's own is chosen."""
        self.press("radio", re.compile("Nguyễn Văn Ảnh"))


class Sign(WithAgent):
    def test_1_S13_a_batch_is_signed_with_one_pin_after_its_whole_list(self):
        count = int(os.environ.get("ANTIN_BATCH", "8"))
        agent = self.started(self.agent())
        cases = self.marked(count, agent)
        self.ready()
        agent.does(*(-(-count // 7) * ["ok"]), self.pin())
        before = agent.logins()
        self.sign(count)
        self.says(f"{count} tài liệu đã được kiểm tra lại sau khi ký", 5 * PATIENCE)
        self.assertEqual(self.states(cases), count * ["officer_signed"])
        self.assertEqual(agent.logins() - before, 1)
        asked = agent.asked()
        self.assertEqual(asked.count("GETPIN"), 1)
        for case in cases:
            self.assertIn(self.desk.now(case)["requester"], asked.split("GETPIN")[0])
        self.assertIn(self.base, asked)

    def test_2_S11_a_token_pulled_in_the_middle_is_waited_for(self):
        agent = self.started(self.agent())
        cases = self.marked(3, agent)
        self.ready()
        agent.does(self.pin(), self.pin())
        agent.control.write_text("C_Sign 32 -1\n")  # CKR_DEVICE_REMOVED
        self.sign(3)
        self.says("Thiết bị lưu khóa bí mật đã bị rút ra")
        if os.environ.get("ANTIN_LOOK"):  # one: the agent waits a minute for the device
            self.picture("pulled-usual")
        self.assertEqual(self.states(cases), 3 * ["attested"])
        agent.control.write_text("")
        self.says("3 tài liệu đã được kiểm tra lại sau khi ký")
        self.assertEqual(self.states(cases), 3 * ["officer_signed"])

    def test_3_the_agent_is_started_late_and_the_page_goes_on_by_itself(self):
        port = free_port()
        cases = self.marked(1, port)
        self.says("chưa chạy")
        agent = self.agent(port)
        agent.does(self.pin())
        self.started(agent)
        self.ready()
        self.sign(1)
        self.says("Ký số thành công.")
        self.assertEqual(self.states(cases), ["officer_signed"])

    def test_4_S10_a_wrong_pin_is_said_in_the_agents_window_and_a_cancelled_one_signs_nothing(self):
        agent = self.started(self.agent())
        cases = self.marked(1, agent)
        self.ready()
        agent.does("00000000", "cancel")
        before = agent.logins()
        self.sign(1)
        self.says("general.cancelled")
        self.look("cancelled", english=False)
        self.axe(english=False)
        self.assertIn("Mã PIN không đúng", agent.asked())
        self.assertEqual((agent.logins() - before, self.states(cases)), (1, ["attested"]))
        # And with the right one it goes on from there.
        agent.does(self.pin())
        self.press("button", "Ký 1 hồ sơ, nhập mã PIN một lần")
        self.press("button", "Vẫn ký tất cả")
        self.says("Ký số thành công.")

    def test_5_a_page_is_paired_by_comparing_six_digits(self):
        agent = self.started(self.agent(paired=False))
        hold = agent.folder / "go"
        self.marked(1, agent)
        self.says("chưa được ghép nối")
        agent.does(f"ask:{hold}")
        self.press("button", "Ghép nối với máy tính này")
        code = self.wait_for(lambda: self.driver.execute_script("return document.querySelector('.device-code')?.textContent"))
        self.assertRegex(code, r"^\d{3} \d{3}$")
        self.wait_for(lambda: code in agent.asked())
        hold.write_text("")
        self.ready()


class Question(WithAgent):
    """Browsers ask the person before a page reaches this computer. The browser of this test takes the service for
    one on the internet, so it asks; without a window nobody can answer, which it takes for a no."""

    @classmethod
    def flags(cls):
        port = urllib.parse.urlsplit(cls.base).port
        return (f"--ip-address-space-overrides=127.0.0.1:{port}=public",)

    def permission(self):
        return self.script("return navigator.permissions.query({name: 'loopback-network'})"
                           ".catch(() => navigator.permissions.query({name: 'local-network-access'})).then(s => s.state)")

    def answer(self, setting):
        for name in ("loopback-network", "local-network-access"):
            self.cdp("Browser.setPermission", permission={"name": name}, setting=setting, origin=self.base)

    def test_the_browsers_question_appears_is_explained_and_a_yes_lets_the_page_go_on(self):
        agent = self.started(self.agent())
        self.open("/web/icon.svg")
        self.assertEqual(self.permission(), "prompt")
        self.marked(1, agent)
        self.says("Trình duyệt chưa cho phép trang này liên lạc")
        self.assertEqual(self.permission(), "denied", "it was asked, and nobody could say yes")
        self.says("Thiết bị trên mạng cục bộ")
        self.says("Chọn Cho phép")
        self.look("question", english=False)
        self.axe(english=False)
        self.answer("granted")
        self.ready()


class SignIn(WithAgent):
    def test_1_who_has_a_token_signs_in_with_it_when_the_agent_is_there(self):
        self.open("/app/")
        self.find("button", SIGN_IN)
        port = free_port()
        self.met(port)
        self.open("/web/icon.svg")
        self.open("/app/")
        self.says("chưa chạy")
        self.look("sign-in-missing", english=False)
        self.axe(english=False)
        agent = self.agent(port)
        agent.does("00000000", self.pin())
        self.started(agent)
        self.ready()
        self.look("sign-in-ready", english=False)
        self.axe(english=False)
        with self.keyboard_only():
            self.press("button", SIGN_IN)
        self.says("Nguyễn Văn Ảnh")
        self.gone("button", SIGN_IN)
        me = self.script("return fetch('/api/v1/session').then(a => a.json())")
        self.assertEqual((me["person"]["id"], me["method"]), (OFFICER, "certificate"))
        self.assertIn("Không có tài liệu nào được ký", agent.asked())

    def test_2_a_session_that_ends_in_the_middle_is_begun_again_and_the_work_goes_on(self):
        agent = self.started(self.agent())
        cases = self.marked(2, agent)
        self.ready()
        self.cdp("Network.clearBrowserCookies")
        agent.does(self.pin(), self.pin())
        self.sign(2)
        self.find("button", SIGN_IN)
        self.ready()
        self.press("button", SIGN_IN)
        self.says("2 tài liệu đã được kiểm tra lại sau khi ký")
        self.assertEqual(self.states(cases), 2 * ["officer_signed"])

    def test_3_a_cancelled_pin_signs_nobody_in_and_the_password_is_still_there(self):
        agent = self.started(self.agent())
        self.open("/web/icon.svg")
        self.met(agent.port)
        self.open("/app/")
        self.ready()
        agent.does("cancel")
        self.press("button", SIGN_IN)
        self.says("general.cancelled")
        self.look("sign-in-cancelled", english=False)
        self.type_in("Tên tài khoản", self.office.accounts[OFFICER][0])


if __name__ == "__main__":
    unittest.defaultTestLoader.sortTestMethodsUsing = lambda a, b: (a > b) - (a < b)
    main("signing")
