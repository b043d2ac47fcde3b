# Rscript survey_weights.R replicates API DESIGN METHOD [HADAMARD]
# Rscript survey_weights.R given FILE TYPE RHO COMBINED
# Rscript survey_weights.R calibrate API DESIGN ERRORS METHOD MARGINS
# Rscript survey_weights.R impute FILE RHO COMPLETE
#   Replicate weights, calibration and Rubin's rules as R's survey and mitools have them.
#   Prints lines of name and value.
suppressMessages(library(survey))
arguments <- commandArgs(TRUE)
show <- function(name, values) {
  if (length(values) > 1) name <- paste(name, seq_along(values))
  cat(paste(name, format(as.vector(values), digits = 17), sep = "\t"), sep = "\n")
}
read_api <- function(name) {
  data <- read.csv(file.path(arguments[2], paste0(name, ".csv")), stringsAsFactors = FALSE)
  data$row <- seq_len(nrow(data))
  data
}

make_design <- function(name) {
  switch(name,
    clus1 = svydesign(id = ~dnum, weights = ~pw, data = read_api("apiclus1")),
    clus1fpc = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = read_api("apiclus1")),
    strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = read_api("apistrat")),
    stratfpc = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = read_api("apistrat")),
    pairs = {
      data <- read_api("apisrs")
      data$cluster <- (data$row - 1) %/% 10
      data$stratum <- sprintf("%02d", (data$row - 1) %/% 20)
      svydesign(id = ~cluster, strata = ~stratum, weights = ~pw, data = data)
    },
    certainty = , adjust = , average = {
      options(survey.lonely.psu = name)
      data <- read_api("apisrs")
      data$stratum <- (data$row - 1) %/% 66
      data$cluster <- ifelse(data$stratum == 3, 1000, (data$row - 1) %/% 6)
      svydesign(id = ~cluster, strata = ~stratum, weights = ~pw, data = data)
    }
  )
}

show_estimates <- function(design, mse = NULL) {
  if (!is.null(mse)) design$mse <- mse
  mean <- svymean(~api00, design)
  total <- svytotal(~api.stu, design)
  ratio <- svyratio(~api00, ~api99, design)
  show("mean", coef(mean)); show("se mean", SE(mean))
  show("total", coef(total)); show("se total", SE(total))
  show("ratio", coef(ratio)); show("se ratio", SE(ratio))
  show("df", degf(design))
}

if (arguments[1] == "replicates") {
  type <- arguments[4]
  design <- make_design(arguments[3])
  if (type %in% c("BRR", "Fay")) {
    matrix <- unname(as.matrix(read.csv(arguments[5], header = FALSE)))
    replicates <- suppressWarnings(as.svrepdesign(
      design, type = type, fay.rho = if (type == "Fay") 0.3 else 0, hadamard.matrix = matrix))
  } else {
    replicates <- as.svrepdesign(design, type = type)
  }
  show_estimates(replicates, mse = TRUE)
  cat("centre\tmean\n")
  show_estimates(replicates, mse = FALSE)
  show("factor", replicates$scale * replicates$rscales)
  weights <- weights(replicates, "analysis")
  show("replicate", colSums(weights * design$variables$api00))
}

if (arguments[1] == "given") {
  data <- read.csv(arguments[2])
  combined <- arguments[5] == "combined"
  rho <- if (arguments[4] == "-") NULL else as.numeric(arguments[4])
  replicates <- data[, grep("^r", names(data))]
  declared <- arguments[3] == "other"
  design <- suppressWarnings(svrepdesign(
    data = data, repweights = replicates, weights = ~w, type = arguments[3], rho = rho,
    combined.weights = combined,
    scale = if (declared) 0.25 else NULL,
    rscales = if (declared) (seq_len(ncol(replicates)) %% 3) / 2 else NULL))
  for (mse in c(TRUE, FALSE)) {
    design$mse <- mse
    result <- withReplicates(design, function(w, data) c(
      sum(w * data$x) / sum(w), sum(w * data$y), sum(w * data$x) / sum(w * data$y)))
    show("value", coef(result))
    show("covariance", vcov(result))
    if (mse) cat("centre\tmean\n")
  }
  show("scale", design$scale)
  show("rscale", design$rscales)
  show("df", degf(design))
}

if (arguments[1] == "calibrate") {
  design <- make_design(arguments[3])
  if (arguments[4] != "taylor") design <- as.svrepdesign(design, type = arguments[4], mse = TRUE)
  population <- read_api("apipop")
  method <- arguments[5]
  terms <- strsplit(arguments[6], "+", fixed = TRUE)[[1]]
  if (method == "poststratify") {
    table <- as.data.frame(table(stype = population$stype), responseName = "Freq")
    calibrated <- postStratify(design, ~stype, table)
  } else if (method == "rake") {
    margins <- lapply(terms, function(term) {
      result <- as.data.frame(table(population[[term]]), stringsAsFactors = FALSE)
      names(result)[1] <- term
      result
    })
    calibrated <- rake(design, lapply(terms, function(term) reformulate(term)), margins,
      control = list(maxit = 500, epsilon = 1e-14))
  } else {
    formula <- reformulate(terms)
    totals <- colSums(model.matrix(formula, population))
    bounds <- switch(method, logit = c(0.5, 2), bounded = c(0.85, 1.7), c(-Inf, Inf))
    calibrated <- calibrate(design, formula, totals, bounds = bounds, epsilon = 1e-12, maxit = 200,
      calfun = switch(method, bounded = "linear", method))
  }
  show_estimates(calibrated)
  show("weight", weights(calibrated, "sampling"))
}

if (arguments[1] == "impute") {
  library(mitools)
  data <- read.csv(arguments[2])
  design <- svrepdesign(
    data = data, repweights = data[, grep("^r", names(data))], weights = ~w, type = "Fay",
    rho = as.numeric(arguments[3]), combined.weights = TRUE, mse = TRUE)
  results <- lapply(1:5, function(number) {
    design$variables$one <- data[[paste0("pv", number)]]
    withReplicates(design, function(w, data) c(
      sum(w * data$one) / sum(w), sum(w * data$one * data$x) / sum(w * data$x)))
  })
  pooled <- MIcombine(
    lapply(results, coef), lapply(results, vcov), df.complete = as.numeric(arguments[4]))
  show("value", coef(pooled))
  show("covariance", vcov(pooled))
  show("df", pooled$df)
  show("missing", pooled$missinfo)
}
