"""Pure: state x plan -> measurements."""
