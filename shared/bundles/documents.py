"""The bundle of an official document, packed out of what notify tells and what the file store holds."""

from tempfile import SpooledTemporaryFile

from shared.blobs import BlobStore
from shared.bundles.archive import Archive
from shared.contracts.document_exports import DocumentBundle

# A document is some hundred kilobytes; what is longer waits on disk.
_IN_MEMORY = 8 << 20


def packed(told: DocumentBundle, blobs: BlobStore) -> bytes:
    """The ZIP. Blocks. Raises NotFound, OtherContent: a file is not there, or is not the one that was issued."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        archive = Archive(file, told.made_at)
        try:
            for path, text in sorted(told.texts.items()):
                archive.put_text(path, text.encode())
            for one in told.files:
                with blobs.open(one.sha256) as source:
                    archive.put_content(one.path, source, one.sha256, one.size)
            archive.close(told.head)
        except BaseException:
            archive.drop()
            raise
        file.seek(0)
        return file.read()
