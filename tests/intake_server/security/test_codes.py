from intake_server.security.tokens import new_code


def test_a_code_is_not_taken_for_an_option_on_a_command_line():
    assert not any(new_code().startswith("-") for _ in range(5_000))
