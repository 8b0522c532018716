// Sends the chosen file to this service and shows the report. Text from a report is only ever
// set as text, never as markup.

const verdicts = {
  VALID: "HỢP LỆ", INVALID: "KHÔNG HỢP LỆ",
  INSUFFICIENT: "CHƯA ĐỦ CĂN CỨ", NO_SIGNATURE: "KHÔNG CÓ CHỮ KÝ SỐ",
};
const indications = {
  "TOTAL-PASSED": "đạt", "TOTAL-FAILED": "không đạt", "INDETERMINATE": "chưa kết luận được",
};
const severities = {error: "Lỗi", warning: "Cảnh báo", info: "Ghi chú"};
const byId = (id) => document.getElementById(id);
const drop = byId("drop");
const file = byId("file");

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function localTime(text) {
  return text ? new Date(text).toLocaleString("vi-VN", {timeZone: "Asia/Ho_Chi_Minh"}) : "";
}

function facts(list, rows) {
  list.replaceChildren();
  for (const [term, value] of rows) {
    if (value) list.append(element("dt", term), element("dd", String(value)));
  }
}

function findings(list) {
  const shown = element("ul");
  for (const finding of list ?? []) {
    shown.append(element("li", `${severities[finding.severity] ?? finding.severity}: ${finding.message.vi}`,
                         finding.severity));
  }
  return shown;
}

function showSignature(signature) {
  const box = element("article", undefined, "signature");
  const signer = signature.signer ?? {};
  box.append(element("h3", `${signer.name || signature.field}: ${indications[signature.indication] ?? signature.indication}`));
  const list = element("dl");
  facts(list, [
    ["Cơ quan", signer.organization], ["Tổ chức chứng thực", signer.issuer],
    ["Thời gian ký (khai)", localTime(signature.signing_time?.claimed)],
    ["Thời gian ký (có dấu thời gian)", localTime(signature.signing_time?.proven)],
    ["Mức chữ ký", signature.level], ["Nguyên nhân", signature.sub_indication],
  ]);
  box.append(list, findings(signature.findings));
  return box;
}

function showReport(report) {
  const shown = byId("report");
  shown.dataset.verdict = report.verdict;
  byId("verdict").textContent = verdicts[report.verdict] ?? report.verdict;
  byId("sentence").textContent = report.message.vi;
  byId("sentence-en").textContent = report.message.en;
  facts(byId("facts"), [["Tệp", report.file], ["Số trang", report.pages], ["SHA-256", report.sha256]]);
  byId("signatures").replaceChildren(...report.signatures.map(showSignature));
  shown.hidden = false;
  byId("verdict").setAttribute("tabindex", "-1");
  byId("verdict").focus();
}

async function finished(location) {
  for (;;) {
    const answer = await fetch(location);
    const job = await answer.json();
    if (!answer.ok) throw job;
    if (job.result) return job.result;
    if (job.problem) throw job.problem;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function verify(chosen) {
  byId("report").hidden = true;
  byId("state").textContent = "Đang kiểm tra…";
  const body = new FormData();
  body.append("file", chosen);
  try {
    const answer = await fetch("/api/v1/verify", {method: "POST", body});
    const content = await answer.json();
    if (!answer.ok) throw content;
    showReport(answer.status === 202 ? await finished(answer.headers.get("Location")) : content);
    byId("state").textContent = "";
  } catch (problem) {
    const told = problem?.message?.vi;
    byId("state").textContent = told
      ? `${told} ${problem.action?.vi ?? ""} (${problem.code})`
      : "Không kết nối được với hệ thống. Vui lòng thử lại.";
  }
}

file.addEventListener("change", () => { if (file.files[0]) verify(file.files[0]); });
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) {
  drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
}
drop.addEventListener("drop", (event) => {
  if (event.dataTransfer.files[0]) verify(event.dataTransfer.files[0]);
});
