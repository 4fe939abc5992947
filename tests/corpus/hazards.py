"""All cases of the corpus, letter by letter of the hazards of reliability.md."""

from tests.corpus import addresses_e, bytes_a, rows_a, structure_a, values_b, workbooks_d

CASES = (*bytes_a.CASES, *structure_a.CASES, *rows_a.CASES, *values_b.CASES, *workbooks_d.CASES, *addresses_e.CASES)
