"""Who somebody is: users, passwords, sessions, one-time codes, API tokens. What they may do is for `runtime.rules`."""
