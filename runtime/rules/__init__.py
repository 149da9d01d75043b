"""Who may do what: permission decisions as pure functions of actor, action, collection and document."""
