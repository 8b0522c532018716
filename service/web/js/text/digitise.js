// Words of digitising.

export const text = {
  vi: {
    "digitise.title": "Số hóa",
    "digitise.lead": "Kết quả còn hiệu lực trên giấy được đưa vào kho điện tử: kế hoạch, đã nhận, đã đóng dấu, có lỗi.",
    "digitise.year": "Năm ban hành", "digitise.unit": "Đơn vị", "digitise.all": "Tất cả", "digitise.show": "Xem",
    "digitise.procedure": "Thủ tục", "digitise.planned": "Kế hoạch", "digitise.taken": "Đã nhận", "digitise.sealed": "Đã đóng dấu",
    "digitise.faulty": "Có lỗi", "digitise.done": "Hoàn thành", "digitise.share": "{share}%", "digitise.no_plan": "chưa có kế hoạch",
    "digitise.none": "Chưa có kế hoạch và chưa nhận kết quả nào.",
    "digitise.total": "Toàn bộ", "digitise.of": "Đã đóng dấu {sealed} trong {planned} kết quả theo kế hoạch.",
    "digitise.progress": "Tiến độ theo thủ tục và năm",
    "digitise.faults": "Dòng có lỗi", "digitise.faults_lead": "Sửa tệp hoặc bảng kê rồi chạy lại “antin digitise”; dòng đã nhận không nhận lần nữa.",
    "digitise.faults_none": "Không có dòng nào có lỗi.", "digitise.reference": "Dòng", "digitise.codes": "Lỗi", "digitise.at": "Lúc",
    "digitise.other": "Thủ tục khác", "digitise.wrong_year": "Nhập năm gồm bốn chữ số.",
  },
  en: {
    "digitise.title": "Digitising",
    "digitise.lead": "Results on paper that are still in force become electronic: planned, taken, sealed, faulty.",
    "digitise.year": "Year of issue", "digitise.unit": "Unit", "digitise.all": "All", "digitise.show": "Show",
    "digitise.procedure": "Procedure", "digitise.planned": "Planned", "digitise.taken": "Taken", "digitise.sealed": "Sealed",
    "digitise.faulty": "Faulty", "digitise.done": "Done", "digitise.share": "{share}%", "digitise.no_plan": "no plan yet",
    "digitise.none": "There is no plan yet, and no result was taken.",
    "digitise.total": "Altogether", "digitise.of": "{sealed} of {planned} planned results are sealed.",
    "digitise.progress": "Progress by procedure and year",
    "digitise.faults": "Faulty rows", "digitise.faults_lead": "Mend the files or the table and run “antin digitise” again; what was taken is not taken twice.",
    "digitise.faults_none": "No row is faulty.", "digitise.reference": "Row", "digitise.codes": "Faults", "digitise.at": "At",
    "digitise.other": "Another procedure", "digitise.wrong_year": "Type a year of four digits.",
  },
};
