#!/bin/sh
# secaudit: thu thập thông tin an ninh mạng của máy Linux này cho đơn vị @AGENCY@, kỳ @PERIOD@.
# Cách chạy: sh TÊN-TỆP [THƯ-MỤC-CHỨA-TỆP-TRẢ-LỜI]. Chỉ đọc; không cài, không sửa gì; chỉ ghi tệp trả lời đã mã hóa.
# Read-only collector. Writes one encrypted answer and nothing else; the answer in clear stays in variables and pipes of this shell.
AGENCY='@AGENCY@' PERIOD='@PERIOD@' COURIER='@COURIER@' EACH='@EACH@'
# The two key blocks of HMAC-SHA256 (RFC 2104), so that no key stands in a command line.
INNER='@INNER@'
OUTER='@OUTER@'
BEGIN='-----BEGIN SECAUDIT ANSWER-----' END='-----END SECAUDIT ANSWER-----'

case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) LETTERS=yes ;; *) LETTERS=no ;; esac
LC_ALL=C RANDFILE=/dev/null
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL RANDFILE PATH
unset ENV BASH_ENV CDPATH OPENSSL_CONF
umask 022

# say WITH-LETTERS PLAIN: the sentence that this terminal can show.
say() { if [ "$LETTERS" = yes ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }

# fail CODE WITH-LETTERS PLAIN: the last words of a run that wrote nothing.
fail() {
  say "KHÔNG THÀNH CÔNG: $2" "KHONG THANH CONG: $3"
  say 'Chưa ghi gì. Báo lại dòng trên cho người gửi bộ thu thập.' 'Chua ghi gi. Bao lai dong tren cho nguoi gui bo thu thap.'
  exit "$1"
}

case $0 in */*) SELF=$0 ;; *) SELF=./$0 ;; esac
[ -r "$SELF" ] && [ -f "$SELF" ] ||
  fail 1 'không đọc được chính tệp này; chạy bằng lệnh: sh TÊN-TỆP' 'khong doc duoc chinh tep nay; chay bang lenh: sh TEN-TEP'
[ "$(tail -n 1 "$SELF")" = '#SECAUDIT-PAYLOAD-END' ] ||
  fail 1 'tệp này bị cắt mất phần cuối; hãy giải nén lại' 'tep nay bi cat mat phan cuoi; hay giai nen lai'
for tool in openssl gzip awk; do
  command -v "$tool" >/dev/null 2>&1 || fail 2 \
    "máy này không có chương trình $tool, nên không mã hóa được câu trả lời" \
    "may nay khong co chuong trinh $tool, nen khong ma hoa duoc cau tra loi"
done

unwrap() { printf '%s\n' "$1" | openssl base64 -d; }
sha256() { sha256_line=$(openssl dgst -sha256) && printf '%s\n' "${sha256_line##* }"; }

# own_number: what tells this machine from others; copies of one disk differ by their names.
own_number() {
  for f in /etc/machine-id /var/lib/dbus/machine-id; do
    [ -r "$f" ] && head -n 1 "$f" && break
  done
  uname -n
}

say "Đang đọc thông tin máy $(uname -n), khoảng nửa phút; không cài đặt, không thay đổi gì." \
  "Dang doc thong tin may $(uname -n), khoang nua phut; khong cai dat, khong thay doi gi."
NONCE=$(openssl rand -hex 16) TIME=$(date -u +%Y-%m-%dT%H:%M:%SZ)
MACHINE=$(printf '%s:%s' "$COURIER" "$(own_number)" | sha256)
MACHINE=$(printf '%.32s' "$MACHINE")
NAME=$(printf '%s' "$(uname -n)" | tr -c ' -~' '?' | cut -c 1-63)
PROBE=$(sed -e '1,/^#SECAUDIT-PROBE$/d' "$SELF")
PACKED=$(printf '%s%s%s\n' "${PROBE%%@NONCE@*}" "$NONCE" "${PROBE#*@NONCE@}" | sh -s 2>/dev/null | gzip -9 -c | openssl base64)
case $(unwrap "$PACKED" | gzip -d -c 2>/dev/null | tail -n 1) in
  "##SECAUDIT $NONCE stop") ;;
  *) fail 1 'việc đọc thông tin bị dừng giữa chừng; hãy chạy lại' 'viec doc thong tin bi dung giua chung; hay chay lai' ;;
esac

CONTENT="secaudit-answer: 1
agency: $AGENCY
period: $PERIOD
courier: $COURIER
machine: $MACHINE
time: $TIME
nonce: $NONCE
platform: posix
name: $NAME
body: $(printf '%s' "$PACKED" | tr -d '\n')"
MAC=$({ unwrap "$INNER"; printf '%s\n' "$CONTENT"; } | openssl dgst -sha256 -binary | openssl base64)
MAC=$({ unwrap "$OUTER"; unwrap "$MAC"; } | sha256)
# The certificate of the province stands at the end of this file.
SEALED=$(printf '%s\nmac: %s\n' "$CONTENT" "$MAC" | openssl cms -encrypt -binary -aes256 -outform DER "$SELF" 2>/dev/null | openssl base64)
[ "${#SEALED}" -gt 1000 ] || fail 2 \
  'openssl của máy này không mã hóa được (cần lệnh openssl cms)' 'openssl cua may nay khong ma hoa duoc (can lenh openssl cms)'
BLOCK="$BEGIN
Version: 1
Agency: $AGENCY
Period: $PERIOD
Courier: $COURIER
Machine: $MACHINE
Time: $TIME
Digest: $(unwrap "$SEALED" | sha256)

$SEALED
$END"
unset PACKED CONTENT MAC INNER OUTER PROBE

# others FILE: its blocks of other machines, and whatever else stands there; a block without end stays.
others() {
  awk -v tag="$MACHINE" -v begin="$BEGIN" -v end="$END" '
    function give(  i) { for (i = 1; i <= held; i++) print lines[i]; held = 0 }
    { line = $0; sub(/\r$/, "", line) }
    line == begin { give(); open = 1; mine = 0 }
    !open { print; next }
    { lines[++held] = $0 }
    line == "Machine: " tag { mine = 1 }
    line == end { if (mine) held = 0; else give(); open = 0 }
    END { give() }' "$1"
}

LOCK='' FRESH=''
# Called by the traps and at the end.
tidy() {
  [ -z "$FRESH" ] || rm -f "$FRESH"
  [ -z "$LOCK" ] || rmdir "$LOCK" 2>/dev/null
  LOCK='' FRESH=''
}
trap tidy EXIT
trap 'exit 130' HUP INT TERM

# take_lock FILE: 0 taken; 1 nothing may be written there; 2 another machine holds it.
take_lock() {
  take_tries=0 take_blind=0
  until mkdir "$1.lock" 2>/dev/null; do
    if [ -e "$1.lock" ]; then take_tries=$((take_tries + 1)); else take_blind=$((take_blind + 1)); fi
    [ "$take_blind" -lt 3 ] || return 1
    [ "$take_tries" -lt 30 ] || return 2
    [ "$take_blind" -gt 0 ] || sleep 1
  done
  LOCK=$1.lock
}

# write FILE: with what others wrote before; the old file stays until the new one is whole.
write() {
  [ ! -e "$1" ] || [ -r "$1" ] || return 1
  FRESH=$1.new
  { { [ ! -e "$1" ] || others "$1"; } && printf '%s\n' "$BLOCK"; } 2>/dev/null >"$FRESH" || return 1
  [ "$(tail -n 1 "$FRESH")" = "$END" ] || return 1
  sync "$FRESH" 2>/dev/null
  mv -f "$FRESH" "$1" 2>/dev/null || return 1
  FRESH=''
}

# save FOLDER: into the file of the agency, or into one of this machine's own where the other cannot be had.
save() {
  [ -d "$1" ] || return 1
  save_common=${1%/}/tra-loi-$AGENCY-$PERIOD.txt
  save_own=${1%/}/tra-loi-$AGENCY-$PERIOD-$(printf '%.12s' "$MACHINE").txt
  SAVED=$save_common
  if [ "$EACH" = no ] && { take_lock "$save_common" 2>/dev/null && write "$save_common" 2>/dev/null; }; then
    tidy
    return 0
  fi
  tidy
  SAVED=$save_own
  write "$save_own" 2>/dev/null
  save_code=$?
  tidy
  return "$save_code"
}

# ask: where to, when the place beside this file cannot be written.
ask() {
  DESK=${HOME:-/}
  for f in "$DESK/Desktop" "$DESK/Màn hình nền"; do [ -d "$f" ] && DESK=$f && break; done
  say 'CHÚ Ý: không mang tệp trả lời bằng USB chưa quét mã độc; USB lây mã độc giữa các máy.' \
    'CHU Y: khong mang tep tra loi bang USB chua quet ma doc; USB lay ma doc giua cac may.'
  say "Không ghi được tại đây. Gõ thư mục chứa tệp trả lời rồi nhấn Enter (để trống: $DESK):" \
    "Khong ghi duoc tai day. Go thu muc chua tep tra loi roi nhan Enter (de trong: $DESK):"
  read -r FOLDER || return 1
  [ -n "$FOLDER" ] || FOLDER=$DESK
}

FOLDER=${1:-${SELF%/*}}
until save "$FOLDER"; do
  { [ $# -eq 0 ] && [ -t 0 ] && ask; } || fail 3 \
    "không ghi được vào thư mục $FOLDER; chạy lại: sh TÊN-TỆP THƯ-MỤC" "khong ghi duoc vao thu muc $FOLDER; chay lai: sh TEN-TEP THU-MUC"
done
say "XONG. Tệp trả lời đã mã hóa: $SAVED" "XONG. Tep tra loi da ma hoa: $SAVED"
say 'Gửi tệp này theo tờ hướng dẫn (văn bản điện tử, thư điện tử hoặc Zalo).' 'Gui tep nay theo to huong dan (van ban dien tu, thu dien tu hoac Zalo).'
exit 0

@CERTIFICATE@
#SECAUDIT-PROBE
@PROBE@
#SECAUDIT-PAYLOAD-END
