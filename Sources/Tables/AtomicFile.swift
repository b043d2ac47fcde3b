import Glibc
import Synchronization

/// Counts the temporary files of this process, so that two tasks that write the same file do not share one.
private let temporaryFiles = Atomic<Int>(0)

/// Writes a file so that a reader sees the old content or the new one, never a mixture: a temporary name in the same
/// folder, synced, renamed, and the folder synced.
///
/// A file that is replaced keeps its permissions; a new one gets those of the process. A symbolic link is replaced by
/// a file, not followed.
///
/// - Throws: ``TableError/unwritable(file:reason:)``; the old file is then untouched and no temporary file remains.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(TableError) {
    let (folder, name) = split(path)
    let count = temporaryFiles.add(1, ordering: .relaxed).newValue
    let temporary = "\(folder)/.\(name).\(getpid()).\(count).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw unwritable(path) }
    do throws(TableError) {
        try fill(descriptor, with: bytes, permissionsOf: path)
        guard rename(temporary, path) == 0 else { throw unwritable(path) }
    } catch {
        unlink(temporary)
        throw error
    }
    syncFolder(folder)
}

/// Writes, syncs and closes the temporary file.
private func fill(
    _ descriptor: Int32, with bytes: [UInt8], permissionsOf path: String
) throws(TableError) {
    do throws(TableError) {
        var old = stat()
        if lstat(path, &old) == 0, old.st_mode & S_IFMT == S_IFREG {
            guard fchmod(descriptor, old.st_mode & 0o777) == 0 else { throw unwritable(path) }
        }
        try writeAll(bytes, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw unwritable(path) }
    } catch {
        close(descriptor)
        throw error
    }
    guard close(descriptor) == 0 else { throw unwritable(path) }
}

private func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
}

private func unwritable(_ path: String) -> TableError {
    .unwritable(file: path, reason: String(cString: strerror(errno)))
}

/// Writes all bytes: a short write is continued, an interrupted one repeated.
///
/// - Parameter path: What messages call the file.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(TableError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if count == 0 {
            throw .unwritable(file: path, reason: "no byte could be written")
        } else if errno != EINTR {
            throw unwritable(path)
        }
    }
}

/// Makes the rename durable. Some file systems cannot sync a folder; the file itself is safe by then.
private func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
