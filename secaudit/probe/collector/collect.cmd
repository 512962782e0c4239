@echo off
rem secaudit: thu thap thong tin an ninh mang cua may Windows nay cho don vi @AGENCY@, ky @PERIOD@.
rem Chi doc; khong cai, khong sua gi; chi ghi mot tep tra loi da ma hoa. Doc duoc toan bo tep nay bang Notepad.
rem Cach chay: nhap dup vao tep; hoac: TEN-TEP.cmd "THU-MUC-CHUA-TEP-TRA-LOI"
setlocal EnableExtensions DisableDelayedExpansion
set "SECAUDIT_FILE=%~f0"
set "SECAUDIT_TO=%~1"
set "SECAUDIT_WAIT=no"
set "SECAUDIT_CODE=6"
set "SECAUDIT_SHELL=%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"
rem A 32-bit parent would show the 32-bit half of the registry.
if defined PROCESSOR_ARCHITEW6432 set "SECAUDIT_SHELL=%SystemRoot%\Sysnative\WindowsPowerShell\v1.0\powershell.exe"
set "SECAUDIT_START=@BOOTSTRAP@"
setlocal EnableDelayedExpansion
rem Tells a double click from a console that stays open.
set "SECAUDIT_LINE=!CMDCMDLINE!"
if not defined SECAUDIT_TO set "SECAUDIT_WAIT=@WAIT@"
if not exist "!SECAUDIT_SHELL!" echo KHONG THANH CONG: may nay khong co Windows PowerShell. Chua ghi gi. Bao lai dong nay cho nguoi gui.
if exist "!SECAUDIT_SHELL!" (
  if defined SECAUDIT_TO "!SECAUDIT_SHELL!" -NoLogo -NoProfile -Command "!SECAUDIT_START!" <nul
  if not defined SECAUDIT_TO "!SECAUDIT_SHELL!" -NoLogo -NoProfile -Command "!SECAUDIT_START!"
  set "SECAUDIT_CODE=!ERRORLEVEL!"
)
rem 0 to 3 come from the collector itself, which has waited already where somebody was to read.
if "!SECAUDIT_WAIT!"=="yes" if !SECAUDIT_CODE! GTR 3 pause
exit /b %SECAUDIT_CODE%
