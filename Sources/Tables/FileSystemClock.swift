import Foundation

/// The clock of the file system that a folder is on: machines that share it may not agree on the time.
public struct FileSystemClock: Sendable {
    /// The time now, s.
    public let now: Double

    /// Asks the file system by making a file, which is removed again; nil when no file can be made.
    public init?(of folder: String) {
        guard let file = try? AtomicFile(folder + "/.clock") else { return nil }
        defer { file.discard() }
        guard let now = file.modified else { return nil }
        self.now = now
    }

    /// This machine's clock, for a folder that cannot be written to.
    public init() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        now = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// How long ago a file was written last, s; nil when it is not there.
    public func age(of path: String) -> Double? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return now - seconds(status)
    }
}

/// Removes what killed processes were writing into a folder: ``AtomicFile``'s temporary files that nobody has touched for an
/// hour. A younger one may be that of a process on another machine, of which nothing is known here.
///
/// - Parameter isOurs: Whether a file of this name, without what makes it a temporary one, is among those to remove.
public func removeAbandonedFiles(in folder: String, where isOurs: (String) -> Bool = { _ in true }) {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
        AtomicFile.finalName(ofTemporary: name).map(isOurs) ?? false
    }
    guard !names.isEmpty, let clock = FileSystemClock(of: folder) else { return }
    for name in names {
        let path = folder + "/" + name
        if let age = clock.age(of: path), age > 3600 { unlink(path) }
    }
}

/// When a file was written last, s.
func seconds(_ status: stat) -> Double {
    Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
}
