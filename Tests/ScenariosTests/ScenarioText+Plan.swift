import Scenarios
import TestSupport

extension ScenarioText {
    /// The plan of the file, from a folder of its own.
    ///
    /// - Parameter files: Texts of other files in the folder, by name.
    func plan(files: [String: String] = [:]) throws -> SimulationPlan {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            for (name, text) in files { try folder.write(text, to: name) }
            return try SimulationPlan(ScenarioFile(path: write(to: folder)), analyses: [:])
        }
    }
}
