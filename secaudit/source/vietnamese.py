"""The words of the files as officers say them: only for the hint that names the word to write."""

from collections.abc import Iterable

from secaudit.source.sensitive import fold

_WORDS: dict[str, str] = {
    # machines
    "workstation": "may tram, may de ban, may tinh de ban, may ban, may vi tinh, pc, desktop",
    "laptop": "may xach tay, may tinh xach tay, notebook",
    "server": "may chu",
    "isolated": "may doc lap, doc lap, may soan thao bi mat nha nuoc",
    "windows": "win, win7, win 7, win10, win 10, win11, win 11, windows server",
    "linux": "ubuntu, debian, centos, red hat, redhat",
    "in_use": "dang dung, con dung, dang su dung",
    "retired": "thanh ly, da thanh ly, khong dung, hong, da hong",
    # agencies
    "commune": "xa, phuong, dac khu, cap xa, cap phuong, thi tran",
    "district": "huyen, thanh pho, thi xa, quan, cap huyen",
    "province": "tinh, cap tinh, so, so nganh, mot tinh",
    "government": "chinh quyen, nha nuoc, uy ban",
    "party": "dang, khoi dang",
    "front": "mat tran, doan the",
    "education": "giao duc, truong hoc",
    "health": "y te, benh vien",
    "enterprise": "doanh nghiep",
    # systems
    "internal": "noi bo",
    "public_service": "dich vu cong, phuc vu nguoi dan, phuc vu nguoi dan doanh nghiep",
    "infrastructure": "ha tang, ha tang thong tin, mang, lan, mang lan",
    "industrial_control": "dieu khien cong nghiep",
    "other": "khac",
    "public": "cong cong, cong khai",
    "private": "rieng, thong tin rieng",
    "personal": "ca nhan, thong tin ca nhan, du lieu ca nhan, may ca nhan",
    "state_secret": "bi mat nha nuoc, mat",
    "agency": "co quan, mot co quan, don vi, mot don vi",
    "agencies_of_commune": "nhieu co quan trong mot xa, cac co quan trong xa",
    "sector": "nganh, mot nganh, mot bo nganh",
    "provinces": "mot so tinh, lien tinh",
    "nation": "toan quoc, ca nuoc",
    "international": "quoc te",
    "operating": "dang van hanh, dang hoat dong",
    "investing": "dang dau tu, dang xay dung",
    "stopped": "da dung, ngung, ngung hoat dong",
    # dossiers and plans
    "none": "chua lap, chua co, khong, khong co, chua trien khai",
    "drafting": "dang du thao, du thao, dang lap",
    "submitted": "da gui tham dinh, da gui, cho tham dinh",
    "appraised": "da tham dinh",
    "approved": "da phe duyet, da duoc phe duyet, phe duyet",
    "partial": "mot phan, da trien khai mot so hang muc, dang trien khai",
    "full": "day du, toan phan, da trien khai day du, toan trinh",
    # harm and risk
    "harm": "ton hai, co",
    "serious": "nghiem trong",
    "particularly_serious": "dac biet nghiem trong",
    "not_assessed": "chua danh gia",
    "not_higher": "khong cao hon",
}
_BY_WORD = {(spoken.strip(), word) for word, many in _WORDS.items() for spoken in many.split(",")}


def in_vietnamese(text: str, choices: Iterable[str]) -> str | None:
    """The one of ``choices`` that ``text`` says in Vietnamese, with or without accents; None when it says none of them."""
    folded = " ".join(fold(text).lower().replace(",", " ").split())
    return next((word for word in choices if (folded, word) in _BY_WORD), None)
