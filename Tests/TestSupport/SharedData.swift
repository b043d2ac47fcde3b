import Foundation

/// The repository's root, found from this file.
public let repositoryRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The folder with the shared data sets, beside the repository, or where `HERSTEL_SHARED` says; nil when absent.
///
/// Tests on real data are skipped without it: those who only cloned the repository do not have it.
public let sharedFolder: String? = {
    let folder =
        ProcessInfo.processInfo.environment["HERSTEL_SHARED"]
        ?? repositoryRoot.deletingLastPathComponent().appendingPathComponent("shared").path
    return FileManager.default.fileExists(atPath: folder + "/data") ? folder : nil
}()

/// Whether the shared data sets are here.
public let hasSharedData = sharedFolder != nil

/// The path of a shared data file, such as `sleepstudy/sleepstudy.csv`.
public func sharedData(_ path: String) -> String { (sharedFolder ?? "/nonexistent") + "/data/" + path }

/// The path of a file of the repository.
public func repositoryFile(_ path: String) -> String { repositoryRoot.appendingPathComponent(path).path }
