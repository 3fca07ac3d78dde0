"""SQL that people write and controls change: ``conditions`` of a WHERE, ``rows`` of a VALUES list, columns of ``selects``."""
