# Rscript survey_analysis.R PART FOLDER
#   PART is tables, regressions, counts, correlations, polychoric or adjust; FOLDER holds the api files of R survey.
#   Prints name, tab, value.
suppressMessages(library(survey))
a <- commandArgs(TRUE)
put <- function(name, x) cat(name, "\t", trimws(format(as.numeric(x), digits = 17)), "\n", sep = "")
read <- function(name) read.csv(file.path(a[2], paste0("api/", name, ".csv")), stringsAsFactors = TRUE)
designs <- function() {
  d <- list(
    apiclus1 = svydesign(id = ~dnum, weights = ~pw, data = read("apiclus1"), fpc = ~fpc),
    apiclus1_replacement = svydesign(id = ~dnum, weights = ~pw, data = read("apiclus1")),
    apistrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = read("apistrat"), fpc = ~fpc),
    apiclus2 = svydesign(id = ~dnum + snum, weights = ~pw, data = read("apiclus2"), fpc = ~fpc1 + fpc2))
  d$apiclus1_subset <- subset(d$apiclus1, meals > 30)
  d
}
if (a[1] == "tables") {
  d <- designs()
  for (name in names(d)) {
    for (pair in list(c("sch.wide", "stype"), c("stype", "yr.rnd"), c("awards", "comp.imp"))) {
      if (name == "apistrat" && pair[1] == "stype") next
      f <- as.formula(paste("~", pair[1], "+", pair[2]))
      if (any(is.na(d[[name]]$variables[pair]))) next
      for (s in c("F", "Chisq", "Wald", "adjWald")) {
        t <- svychisq(f, d[[name]], statistic = s)
        key <- paste(name, pair[1], pair[2], s)
        put(paste(key, "statistic"), t$statistic)
        put(paste(key, "p"), t$p.value)
        put(paste(key, "df1"), t$parameter[1])
        if (s != "Chisq") put(paste(key, "df2"), t$parameter[2])
      }
    }
    by <- svyby(~I(as.numeric(sch.wide == "Yes")), ~stype, d[[name]], svymean, covmat = TRUE)
    types <- levels(d[[name]]$variables$stype)
    for (i in 2:3) {
      k <- svycontrast(by, setNames(c(1, -1), types[c(i, 1)]))
      put(paste(name, "contrast", i - 1), k); put(paste(name, "contrast se", i - 1), SE(k))
    }
  }
}
if (a[1] == "regressions") {
  d <- designs()

  tight <- glm.control(epsilon = 1e-15, maxit = 200)
  for (name in names(d)) for (family in c("linear", "logistic")) {
    fam <- if (family == "linear") gaussian() else quasibinomial()
    f <- if (family == "linear") api00 ~ ell + meals + mobility + stype else I(sch.wide == "Yes") ~ ell + meals + mobility
    g <- svyglm(f, d[[name]], family = fam, control = tight)
    v <- vcov(g)
    for (i in seq_along(coef(g))) {
      put(paste(name, family, "coefficient", i), coef(g)[i])
      put(paste(name, family, "se", i), sqrt(v[i, i]))
      for (j in seq_len(i - 1)) put(paste(name, family, "covariance", i, j), v[i, j])
    }
    put(paste(name, family, "df"), g$df.residual)
    t <- regTermTest(g, ~ ell + meals)
    put(paste(name, family, "F"), t$Ftest); put(paste(name, family, "p"), t$p)
  }
}
