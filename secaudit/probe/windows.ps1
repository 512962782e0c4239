$Mark = '##SECAUDIT @NONCE@'
