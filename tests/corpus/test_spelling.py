from fastw2v.corpus.spelling import best_form


def test_of_forms_that_do_as_much_the_least_change_is_named_however_the_share_is_rounded():
    for others in range(200):  # 1/49 * 49 is less than 1
        found = best_form(["Red", *map(str, range(others))], ["red"])
        assert found is not None
        assert found.what == "in lower case"
