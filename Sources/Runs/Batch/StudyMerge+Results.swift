extension StudyMerge {
    /// Whether the results of a plan are in its folder; they are not checked.
    public static func hasResults(of plan: StudyPlan, in folder: StudyFolder) -> Bool {
        guard let design = try? plan.designDigest else { return false }
        return FinishedVariant(in: folder.results, of: design) != nil
    }
}
