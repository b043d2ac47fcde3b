import Foundation
import Tables

/// What was submitted: a file of the study's folder `jobs`.
public struct JobRecord: Codable, Sendable, Equatable {
    /// The number of the job array.
    public let arrayJob: Int
    /// The number of the job that merges; nil when it was not submitted.
    public var mergeJob: Int?
    /// The tasks of the array.
    public let tasks: [Int]
    /// When, ISO 8601, UTC.
    public let submitted: String

    private enum CodingKeys: String, CodingKey {
        case arrayJob = "array_job"
        case mergeJob = "merge_job"
        case tasks, submitted
    }

    /// A record.
    public init(arrayJob: Int, mergeJob: Int? = nil, tasks: [Int], submitted: String) {
        (self.arrayJob, self.mergeJob, self.tasks, self.submitted) = (arrayJob, mergeJob, tasks, submitted)
    }

    /// The records of a study, the oldest first. Files that cannot be read are passed over: only the scheduler knows what
    /// is in its queue.
    public static func all(in folder: StudyFolder) -> [JobRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.jobs)) ?? []
        let records = names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.compactMap { name in
            FileManager.default.contents(atPath: folder.jobs + "/" + name)
                .flatMap { try? JSONDecoder().decode(JobRecord.self, from: $0) }
        }
        return records.sorted { ($0.submitted, $0.arrayJob) < ($1.submitted, $1.arrayJob) }
    }

    /// Writes the record into a study's folder.
    func write(in folder: StudyFolder) throws {
        try writeAtomically(try canonicalJSON(self), to: folder.jobs + "/\(arrayJob).json")
    }
}
