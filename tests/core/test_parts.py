"""Hidden folders of several processes side by side."""

import os
import tempfile

from astro_dl.core.parts import part_folder


def test_a_folder_that_another_process_takes_for_a_leftover_is_made_anew(tmp_path, monkeypatch):
    make, made = tempfile.mkdtemp, []

    def swept_once(*words):
        made.append(make(*words))
        if len(made) == 1:
            os.rmdir(made[0])
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept_once)
    with part_folder(tmp_path) as folder:
        (folder / "draft").write_text("rows")
    assert len(made) == 2
    assert not list(tmp_path.iterdir())
