"""The check digits of Aadhaar numbers (Verhoeff) and of cards (Luhn)."""

from __future__ import annotations


def _product(one: int, other: int) -> int:
    """The product of two elements of the dihedral group of order ten."""
    if one < 5:
        return (one + other) % 5 + (5 if other >= 5 else 0)
    return (one - other) % 5 + (5 if other < 5 else 0)


_PRODUCTS = tuple(tuple(_product(one, other) for other in range(10)) for one in range(10))


def _permutations() -> tuple[tuple[int, ...], ...]:
    first = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    found = [tuple(range(10))]
    for _ in range(7):
        found.append(tuple(first[one] for one in found[-1]))
    return tuple(found)


_PERMUTATIONS = _permutations()
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def fits_verhoeff(digits: str) -> bool:
    """Whether the last digit is the Verhoeff check digit of those before it.

    >>> fits_verhoeff("2363"), fits_verhoeff("2364")
    (True, False)
    """
    check = 0
    for at, one in enumerate(reversed(digits)):
        check = _PRODUCTS[check][_PERMUTATIONS[at % 8][int(one)]]
    return check == 0


def fits_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before it.

    >>> fits_luhn("4111111111111111"), fits_luhn("4111111111111112")
    (True, False)
    """
    values = [int(one) for one in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[one] for one in values[1::2])) % 10 == 0
