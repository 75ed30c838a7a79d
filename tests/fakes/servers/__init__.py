"""Servers that speak OpenAI's dialect, one data file each, and the fake that plays them.

A file names its sources, and holds where the server is asked (`base`, a pattern), with which
`account`, its `models` by path, usual `answers` that are not OpenAI's, what the model's `calls`
have beside their names, what it says where it has nothing (`elsewhere`), functions whose `outcomes`
come without asking it, and `shapes`: answers as they were seen.

    {"name", "source", "at": path or paths, "answer": {...}, "expect": an error or "answered"}

A shape with `refuses` stands always, as in the real server: it is what a request gets that has the
field (`field`, perhaps only `above` a number or with a value that is `in` or `not_in` a list), asks
an `unknown_model`, has a `wrong_key`, has `no_header` of that name, asks for
`json_without_the_word`, or does not bring back what a call or its message had (`lacks`). Any other
shape is an answer that is given only while it is played, `times` times or always, perhaps only
`where` a request has a field.

What is expected: `asked`, the most requests of one function to it; `waits`, the seconds before the
next; `says`, words of the error's message or fix; `sent`, by path, what the last request must have,
must not have (`-name`) or must have as that (`name=value`). "never" says that no request of ours
meets the shape. `account` changes the account for the shape, `rows` names the calls that it is for.

An answer is `status`, `headers`, `encoding` and `body` (JSON), `text`, or what is `usual`. In it
stand for words that differ with the request: `$said` what a good model says, `$half` the beginning
of that, `$thought` what it thinks, `$model` the model asked for, `$value` the refused value,
`$token` a signature, `$call` its call of a function as text (or what it says), `$origin` the
server's address (with `.png` a picture).
"""
