"""Names as they stand in inventories of Vietnamese agencies: close to each other, typed in two ways, now and then decomposed."""

import random
import unicodedata

DEPARTMENTS = (
    "Sở Khoa học và Công nghệ", "Sở Nội vụ", "Sở Tài chính", "Sở Y tế", "Sở Giáo dục và Đào tạo", "Sở Tư pháp",
    "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Công Thương", "Thanh tra tỉnh", "Văn phòng UBND tỉnh",
    "Công an tỉnh",
)  # fmt: skip
_KNOWN = (
    "Phan Đình Phùng", "Linh Sơn", "Tích Lương", "Gia Sàng", "Quyết Thắng", "Phổ Yên", "Sông Công", "Đức Xuân",
    "Bắc Kạn", "Tân Cương", "Đại Từ", "La Bằng", "An Khánh", "Định Hóa", "Võ Nhai", "Thần Sa", "Phú Lương", "Yên Trạch",
    "Đồng Hỷ", "Trại Cau", "Phú Bình", "Kha Sơn", "Ba Bể", "Chợ Rã", "Ngân Sơn", "Nà Phặc", "Chợ Đồn", "Na Rì",
    "Chợ Mới", "Bạch Thông",
)  # fmt: skip
_FIRST = ("Tân", "Yên", "Phú", "An", "Đồng", "Bình", "Hòa", "Quang", "Văn", "Nam", "Nghĩa", "Dương", "Thanh", "Vĩnh")
_SECOND = ("Thành", "Thịnh", "Lập", "Sơn", "Lạc", "Ninh", "Minh", "Khánh", "Tiến", "Hòa", "Phong", "Thái", "Hoá", "Tá")
_COMMUNES = 92
_UNITS = (
    "Trường Tiểu học", "Trường Trung học cơ sở", "Trường Mầm non", "Trạm Y tế", "Trung tâm Văn hóa, Thể thao",
    "Ban Quản lý dự án",    "Đảng ủy xã", "Ủy ban MTTQ xã", "Trung tâm Phục vụ hành chính công",
)  # fmt: skip
_SURNAMES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Nông",
    "Ma",
)
_MIDDLE = ("Văn", "Thị", "Đức", "Hữu", "Thị Thu", "Minh", "Quang", "Ngọc", "Thanh", "Xuân")
_GIVEN = (
    "An",
    "Ánh",
    "Bình",
    "Cường",
    "Dũng",
    "Duyên",
    "Hà",
    "Hạnh",
    "Hòa",
    "Hoà",
    "Huệ",
    "Hùng",
    "Lan",
    "Linh",
    "Nga",
    "Nhung",
    "Thúy",
    "Thuý",
    "Tuấn",
    "Yến",
)
PLACES = (
    "Văn thư", "Bộ phận Một cửa", "Phòng Kế toán", "Tầng 2, phòng 203", "Phòng Văn hóa - Xã hội", "Lãnh đạo", "Phòng máy chủ",
    "Phòng Kinh tế", "Phòng họp", "Nhà B, tầng 3", "Phòng tin học",
)  # fmt: skip
SHARED = (
    "Hệ thống quản lý văn bản và điều hành", "Cổng dịch vụ công trực tuyến tỉnh",
    "Hệ thống thông tin giải quyết thủ tục hành chính",
    "Thư điện tử công vụ", "Cổng thông tin điện tử tỉnh", "Nền tảng tích hợp, chia sẻ dữ liệu (LGSP)", "Trung tâm dữ liệu tỉnh",
    "Hệ thống hội nghị truyền hình", "Hệ thống thông tin báo cáo tỉnh", "Phần mềm quản lý cán bộ, công chức, viên chức",
    "Mạng truyền số liệu chuyên dùng", "Kho dữ liệu dùng chung", "Hệ thống quản lý tài sản công", "Phần mềm một cửa liên thông",
    "Hệ thống giám sát, điều hành thông minh (IOC)", "Cơ sở dữ liệu đất đai", "Hệ thống phản ánh kiến nghị",
    "Phần mềm thi đua, khen thưởng",
    "Hệ thống xác thực tập trung", "Nền tảng họp không giấy",
)  # fmt: skip
OWN = (
    ("Phần mềm kế toán", "internal", ("private", "personal"), "agency"),
    ("Trang thông tin điện tử", "public_service", ("public",), "agency"),
    ("Mạng nội bộ", "infrastructure", ("private",), "agencies_of_commune"),
    ("Phần mềm quản lý hồ sơ", "internal", ("private", "personal"), "sector"),
    ("Phần mềm quản lý hồ sơ sức khỏe", "internal", ("private", "personal"), "agency"),
    ("Phần mềm quản lý văn bản nội bộ", "internal", ("private",), "agency"),
    ("Phần mềm hộ tịch", "internal", ("private", "personal"), "agency"),
    ("Hệ thống camera giám sát", "infrastructure", ("private", "personal"), "agency"),
)
"""Name, kind, information, whom it serves; the last but two is close to a shared one."""
_DECOMPOSED = 0.04


def commune(number: int) -> str:
    """The ``number``-th commune: first names that exist, then some that are easily taken for each other."""
    number %= _COMMUNES
    if number < len(_KNOWN):
        return _KNOWN[number]
    at = number - len(_KNOWN)
    return f"{_FIRST[at % len(_FIRST)]} {_SECOND[(at * 3 + at // len(_FIRST)) % len(_SECOND)]}"


def agency(number: int) -> str:
    """The ``number``-th agency: departments, communes, then the units of each commune."""
    if number < len(DEPARTMENTS):
        return DEPARTMENTS[number]
    at = number - len(DEPARTMENTS)
    rank, place = divmod(at, _COMMUNES)
    if rank == 0:
        return f"UBND {'phường' if place % 7 == 0 else 'xã'} {commune(place)}"
    again, unit = divmod(rank - 1, len(_UNITS))
    return f"{_UNITS[unit]} {commune(place)}{f' số {again + 1}' if again else ''}"


def person(chance: random.Random) -> str:
    """A full name."""
    return typed(f"{chance.choice(_SURNAMES)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}", chance)


def host(chance: random.Random, index: int) -> str:
    """What Windows or its owner called the machine; the same names stand in many agencies."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    return chance.choice(
        (f"DESKTOP-{''.join(chance.choices(letters, k=7))}", f"PC-{index + 1:02d}", f"MAY{index + 1:02d}", f"ADMIN-PC{index + 1}",
         f"VANTHU{index + 1}", f"LAPTOP-{''.join(chance.choices(letters, k=8))}")
    )  # fmt: skip


def typed(text: str, chance: random.Random) -> str:
    """Now and then as a Mac sends it: letters and their marks apart."""
    return unicodedata.normalize("NFD", text) if chance.random() < _DECOMPOSED else text
