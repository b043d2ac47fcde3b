extension StudyMerge {
    /// Whether the results of a plan are in its folder; they are not checked.
    public static func hasResults(of plan: StudyPlan, in folder: StudyFolder) -> Bool {
        struct Results: Decodable {
            let design: String
            enum CodingKeys: String, CodingKey { case design = "study_design" }
        }
        let results: Results? = StudyFolder.read(folder.results + "/run.json")
        return results != nil && results?.design == (try? plan.designDigest)
    }
}
