"""The event forms rest on names that paramiko does not promise: they must be there, in the version that is pinned."""

import inspect
from importlib.metadata import requires, version

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.buffered_pipe import BufferedPipe
from paramiko.kex_gex import KexGexSHA256
from paramiko.packet import Packetizer
from paramiko.transport import Transport

from secaudit.transport.conversation import BoundedGroupExchange, FanoutTransport
from secaudit.transport.forwarded import JumpTransport


def test_pinned_minor_version():
    wanted = [line.replace(" ", "") for line in requires("secaudit") or () if line.startswith("paramiko")]
    assert wanted and ">=5.1" in wanted[0] and "<5.2" in wanted[0]
    assert version("paramiko").startswith("5.1.")


def test_names_used_of_the_transport():
    for name in ("_active_check_timeout", "_preferred_kex", "_preferred_ciphers", "_preferred_macs", "_preferred_keys"):
        assert hasattr(Transport, name), name
    assert "_preferred_compression" in vars(Transport)
    assert list(inspect.signature(Transport._filter_algorithm).parameters) == ["self", "type_"]
    assert not Transport.__init__.__kwdefaults__ and "disabled_algorithms or {}" in inspect.getsource(Transport.__init__)
    assert Transport._compression_info["none"] == (None, None)
    assert "self._compression_info[self.remote_compression][1]" in inspect.getsource(Transport._activate_inbound)
    assert list(inspect.signature(Transport._log).parameters) == ["self", "level", "msg", "args"]
    assert list(inspect.signature(Transport._send_user_message).parameters) == ["self", "data"]
    assert list(inspect.signature(Packetizer.start_handshake).parameters) == ["self", "timeout"]
    for method in (Transport.start_client, Transport.auth_publickey, Transport.auth_password):
        assert "event" in inspect.signature(method).parameters
    assert isinstance(Transport.preferred_keys, property) and "self.preferred_keys" in inspect.getsource(Transport._send_kex_init)
    assert "packetizer_class" in inspect.signature(Transport.__init__).parameters
    assert "set_event" in vars(BufferedPipe)
    assert list(inspect.signature(Transport._parse_kex_init).parameters) == ["self", "m"]
    assert "self._parse_kex_init(m)" in inspect.getsource(Transport._negotiate_keys)
    assert list(inspect.signature(Transport._parse_ext_info).parameters) == ["self", "msg"]
    assert "MSG_EXT_INFO: self._parse_ext_info" in inspect.getsource(Transport.__init__)
    assert Transport._kex_info[KexGexSHA256.name] is KexGexSHA256
    assert "_parse_kexdh_gex_group" in inspect.getsource(KexGexSHA256.parse_next)
    assert KexGexSHA256.max_bits > BoundedGroupExchange.max_bits >= KexGexSHA256.preferred_bits


def test_names_used_of_the_login():
    """A handler of ours takes the place of the library's: what it overrides is what the library calls."""
    assert "self._parse_userauth_info_request" in inspect.getsource(AuthHandler._client_handler_table.fget)
    assert list(inspect.signature(AuthHandler._parse_userauth_info_request).parameters) == ["self", "m"]
    assert list(inspect.signature(AuthHandler.auth_password).parameters) == ["self", "username", "password", "event"]
    assert list(inspect.signature(AuthHandler.auth_interactive).parameters)[:4] == ["self", "username", "handler", "event"]
    assert "self.auth_handler = AuthHandler(self)" in inspect.getsource(Transport.auth_password)
    assert "self.interactive_handler" in inspect.getsource(AuthHandler._parse_userauth_info_request)


def test_names_used_of_the_channel():
    channel = paramiko.Channel(1)
    for name in ("in_buffer", "in_stderr_buffer", "status_event", "exit_status", "closed", "eof_received", "event_ready"):
        assert hasattr(channel, name), name


def test_algorithms_are_known_to_the_library_and_none_is_broken():
    assert FanoutTransport._preferred_kex[0] == "curve25519-sha256@libssh.org"
    assert set(FanoutTransport._preferred_kex) == set(Transport._preferred_kex)
    assert set(FanoutTransport._preferred_ciphers) <= set(Transport._preferred_ciphers)
    assert set(FanoutTransport._preferred_macs) <= set(Transport._preferred_macs)
    offered = " ".join([*FanoutTransport._preferred_ciphers, *FanoutTransport._preferred_macs])
    assert not any(word in offered for word in ("3des", "cbc", "md5", "-96"))


def test_names_used_of_forwarded_channels():
    channel = paramiko.Channel(1)
    for name in (
        "_set_transport", "_set_window", "_check_add_window", "_wait_for_send_window", "_close_internal", "_send",
        "out_buffer_cv", "eof_sent", "lock", "active", "remote_chanid", "timeout",
    ):  # fmt: skip
        assert hasattr(channel, name), name
    source = inspect.getsource(Transport)
    for name in (
        "self._channels.put(",
        "self._next_channel()",
        "self.channel_events[chanid].set()",
        "self.channels_seen[",
        "del self",
    ):
        assert name in source, name
    assert "MSG_CHANNEL_OPEN_FAILURE: self._parse_channel_open_failure" in source
    assert "MSG_CHANNEL_OPEN_SUCCESS: self._parse_channel_open_success" in source
    assert "self._channel_handler_table[ptype](chan, m)" in source
    assert {93, 94, 95, 96, 97, 98, 99, 100} == set(Transport._channel_handler_table)
    assert set(JumpTransport._channel_handler_table) == set(Transport._channel_handler_table)
    assert "in_buffer" in inspect.getsource(paramiko.Channel._set_closed)
    assert "self.close()" in inspect.getsource(paramiko.Channel.__del__)
