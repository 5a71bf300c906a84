import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** There is no file by this path: nothing at all, or something that cannot hold a text. */
export class NoFileError extends Error {
  override readonly name = 'NoFileError';
}

/**
 * Opens a file to read it, whatever stands in its place: a FIFO would keep who opens it waiting for a writer, without end.
 *
 * @throws NoFileError when there is none; the file system's errors
 */
export async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new NoFileError(`${path} is missing`) : error;
  });
  try {
    const status = await file.stat();
    if (status.isDirectory()) throw new NoFileError(`${path} is a folder, not a file`);
    if (!status.isFile()) throw new NoFileError(`${path} is not a file`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
